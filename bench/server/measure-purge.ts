import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, listChats, listPins, purge } from '../../src/index.ts'
import { quantile } from '../harness/measure-rewinds.ts'
import { timeMs } from '../measured.ts'
import { chatsPerOwner, idsOf } from './fill-chats.ts'
import type { BenchDatabase } from './open-bench-server.ts'
import { rounds } from './rounds.ts'

/** A purge in batches while chats are read. */
export interface Purge {
  readonly chats: number
  readonly ms: number
  readonly readerP99BeforeMs: number
  readonly readerP99DuringMs: number
  readonly readsDuring: number
}

const readers = 2
export const batch = 1000
/** Between two reads, so that readers do not take all that the machine has. */
const pauseMs = 2

/** Purges what was archived in a filled database of so many chats. */
export async function measurePurge({ database }: BenchDatabase, chats: number): Promise<Purge> {
  const before = await readFor(database, chats, { count: rounds.readsBefore / readers })
  const stop = new AbortController()
  const reading = readFor(database, chats, { signal: stop.signal })
  let purged = 0
  const ms = await timeMs(async () => {
    while (purged < rounds.purgedMax) {
      const limit = Math.min(batch, rounds.purgedMax - purged)
      const done = await purge(database, { before: new Date(), limit })
      if (done.purged.length === 0) break
      purged += done.purged.length
    }
  })
  stop.abort()
  const during = await reading
  return {
    chats: purged,
    ms,
    readerP99BeforeMs: quantile(before, 0.99),
    readerP99DuringMs: quantile(during, 0.99),
    readsDuring: during.length,
  }
}

/** Pages of lists and pins of their chats, read by several at once. */
async function readFor(
  database: Database,
  chats: number,
  until: { readonly count?: number; readonly signal?: AbortSignal },
): Promise<number[]> {
  const owners = Math.ceil(chats / chatsPerOwner)
  const ids = await idsOf(
    database,
    'owner',
    Array.from({ length: owners }, (_, nth) => nth),
  )
  const times: number[] = []
  const read = async (reader: number) => {
    const isOver = (nth: number) => until.signal?.aborted || nth === until.count
    for (let nth = 0; !isOver(nth); nth++) {
      const ownerId = ids[(nth * 7919 + reader * 17) % ids.length]!
      times.push(
        await timeMs(async () => {
          const { chats } = await listChats(database, { ownerId, archived: false, limit: 20 })
          await listPins(database, { chatId: chats[0]!.id })
        }),
      )
      await sleep(pauseMs)
    }
  }
  await Promise.all(Array.from({ length: readers }, (_, reader) => read(reader)))
  return times
}
