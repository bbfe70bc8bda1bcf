import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, notificationChannel } from '../database/index.js'

/** Hears what operations on one installation say of chats. */
export interface Ear {
  /** The payloads that came since the last time. */
  take(): Promise<readonly string[]>
  close(): Promise<void>
}

const pauseMs = 1
const deafAfterMs = 10_000

/**
 * Listens on the channel of a database. What was sent before {@link Ear.take} has arrived when it
 * answers: notifications come in the order of their commits, so that one of its own comes last.
 */
export async function openEar(database: Database): Promise<Ear> {
  const channel = notificationChannel(database.schema)
  const heard: string[] = []
  let lost: unknown
  const hear = (payload: string) => {
    heard.push(payload)
  }
  const onError = (error: unknown) => {
    lost = error
  }
  const stop = await database.listen(channel, hear, { onError })
  return {
    async take() {
      const last = randomUUID()
      await database.query('SELECT pg_catalog.pg_notify($1, $2)', [channel, last])
      const deaf = performance.now() + deafAfterMs
      while (!heard.includes(last)) {
        if (lost || performance.now() > deaf) {
          throw new Error(`Nothing is heard on ${channel}.`, { cause: lost })
        }
        await sleep(pauseMs)
      }
      return heard.splice(0).filter((payload) => payload !== last)
    },
    close: stop,
  }
}
