import {
  type Database,
  diff,
  getChatContexts,
  listChats,
  listPins,
  purge,
  push,
  refresh,
} from '../../src/index.ts'
import { makeFiles } from '../make-files.ts'
import { type Growth, median, type Point, timeMs } from '../measured.ts'
import { chatsPerAgent, chatsPerArchived, chatsPerOwner, fillChats, idsOf } from './fill-chats.ts'
import type { BenchDatabase } from './open-bench-server.ts'
import { rounds } from './rounds.ts'

const pageSize = 50
/** The page that is far down a list, which an OFFSET would have to walk to. */
const deepPage = 15
const purgedAtOnce = 10

/** Grows one database, and measures the same operations at each size of it: their medians. */
export async function measureGrowth({ database }: BenchDatabase): Promise<Growth> {
  const growth: Record<string, Point[]> = {}
  let filled = 0
  for (const size of rounds.sizes) {
    await fillChats(database, filled, size)
    filled = size
    const times = await measureOperations(database, size)
    for (const [operation, all] of Object.entries(times)) {
      growth[operation] ??= []
      growth[operation].push({ size, ms: median(all) })
    }
    console.error(`growth: measured at ${size} chats`)
  }
  return growth
}

async function measureOperations(database: Database, size: number) {
  const times = {
    list: [] as number[],
    listDeep: [] as number[],
    contexts: [] as number[],
    pins: [] as number[],
    push: [] as number[],
    diff: [] as number[],
    refresh: [] as number[],
    purge: [] as number[],
  }
  const owners = size / chatsPerOwner
  const agents = size / chatsPerAgent
  // One round more than is counted, since the first one warms everything up.
  for (let round = 0; round <= rounds.operations; round++) {
    const timed = async <T>(into: number[], work: () => Promise<T>): Promise<T> => {
      let result: T
      const ms = await timeMs(async () => {
        result = await work()
      })
      if (round > 0) into.push(ms)
      return result!
    }
    // Spread over the whole database, and away from its beginning, which the last size has used.
    const agent = agents - 1 - ((round * 7919) % agents)
    const [ownerId] = await idsOf(database, 'owner', [(round * 31) % owners])
    const [agentId] = await idsOf(database, 'agent', [agent])
    const chats = Array.from({ length: pageSize }, (_, nth) => agent * chatsPerAgent + nth)
    const chatIds = await idsOf(database, 'chat', chats)
    const chatId = chatIds[1 + (round % (chatsPerArchived - 1))]!
    let page = await timed(times.list, () =>
      listChats(database, { ownerId: ownerId!, limit: pageSize }),
    )
    for (let nth = 2; nth < deepPage; nth++) {
      page = await listChats(database, { ownerId: ownerId!, cursor: page.nextCursor! })
    }
    await timed(times.listDeep, () =>
      listChats(database, { ownerId: ownerId!, limit: pageSize, cursor: page.nextCursor! }),
    )
    await timed(times.contexts, () => getChatContexts(database, { chatIds }))
    await timed(times.pins, () => listPins(database, { chatId, bodies: true }))
    const version = size * 1000 + round
    const resources = makeFiles(3, 3 * 512)
    await timed(times.push, () => push(database, { agentId: agentId!, version, resources }))
    await timed(times.diff, () => diff(database, { chatId }))
    await timed(times.refresh, () => refresh(database, { chatId }))
    if (round % 20 !== 0) continue
    await timed(times.purge, () => purge(database, { before: new Date(), limit: purgedAtOnce }))
  }
  return times
}
