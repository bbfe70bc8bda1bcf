import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, notificationChannel } from '../database/index.js'
import type { TestClock } from '../harness/index.js'
import type { Migration } from '../migrations/index.js'
import type { RowReader } from './row-reader.js'

/** A database that contains the schema twice, in which histories run one after the other. */
export interface Environment {
  /** Such as `PGlite (PostgreSQL 18.4)` or `PostgreSQL 18.4`. */
  readonly engine: string
  readonly installations: readonly [Installation, Installation]
  /** The clock of the database, if it can be set. */
  readonly clock: TestClock | undefined
  /** Returns to the start of every history: to empty tables, or to the state of `beginHere`. */
  reset(): Promise<void>
  /** Makes the present state the start of every history. Undefined if that is impossible. */
  beginHere?(): Promise<void>
  /** A hash of everything that a history left, to compare two runs of one history. */
  digest(): Promise<string>
  /** Keeps the database of a failure, and returns how to open it. */
  keep(): Promise<string>
  close(): Promise<void>
}

/** One of the two schemas of an environment. */
export interface Installation {
  readonly name: 'first' | 'second'
  readonly database: Database
  readonly reader: RowReader
  readonly listener: NotificationListener
}

/** The parameters of every environment. */
export interface EnvironmentOptions {
  readonly migrations: readonly Migration[]
  /** Whether the migrations are driftpin's own. */
  readonly isOurs?: boolean
  /** Changes the schema after it was migrated, for example to plant a defect. */
  readonly prepare?: ((database: Database) => Promise<void>) | undefined
}

/** The names of the two schemas in an embedded database. */
export const schemas = { first: 'public', second: 'the second' } as const

/** Collects the notifications of the operations on one installation. */
export interface NotificationListener {
  /** The payloads that were sent since the last call. */
  take(): Promise<readonly string[]>
  close(): Promise<void>
}

const pauseMs = 1
const listenTimeoutMs = 10_000

/**
 * Listens on the channel of a database. Notifications arrive in the order of their commits, so that
 * `take` sends one of its own and waits for it: it then has all earlier ones.
 */
export async function openListener(database: Database): Promise<NotificationListener> {
  const channel = notificationChannel(database.schema)
  const received: string[] = []
  let lost: unknown
  const onNotification = (payload: string) => {
    received.push(payload)
  }
  const onError = (error: unknown) => {
    lost = error
  }
  const stop = await database.listen(channel, onNotification, { onError })
  return {
    async take() {
      const last = randomUUID()
      await database.query('SELECT pg_catalog.pg_notify($1, $2)', [channel, last])
      const deadline = performance.now() + listenTimeoutMs
      while (!received.includes(last)) {
        if (lost || performance.now() > deadline) {
          throw new Error(`No notification arrives on ${channel}.`, { cause: lost })
        }
        await sleep(pauseMs)
      }
      return received.splice(0).filter((payload) => payload !== last)
    },
    close: stop,
  }
}
