import { type Database, push } from '../../src/index.ts'
import { makeAgent } from '../../test/context/make-agent.ts'
import { makeFiles } from '../make-files.ts'
import { type Growth, type Point, timeMs } from '../measured.ts'
import type { BenchDatabase } from './open-bench-server.ts'
import { rounds } from './rounds.ts'

export const resourcesHydrated = 10
export const bodyBytes = 512

/** One push that hydrates so many chats, and one that marks them all as dirty. */
export async function measureBulk({ database }: BenchDatabase): Promise<Growth> {
  const growth = { hydrateByPush: [] as Point[], settleByPush: [] as Point[] }
  await measureOne(database, 10)
  for (const size of rounds.bulks) {
    const { hydrateMs, settleMs } = await measureOne(database, size)
    growth.hydrateByPush.push({ size, ms: hydrateMs })
    growth.settleByPush.push({ size, ms: settleMs })
    console.error(`bulk: measured ${size} chats of one agent`)
  }
  return growth
}

async function measureOne(database: Database, chats: number) {
  const { agentId, ownerId } = await makeAgent(database)
  await database.query(
    `INSERT INTO chats (owner_id, agent_id) SELECT $1, $2 FROM generate_series(1, $3)`,
    [ownerId, agentId, chats],
  )
  await database.script('ANALYZE chats')
  const resources = makeFiles(resourcesHydrated, resourcesHydrated * bodyBytes)
  const pushed = async (version: number, key: 'hydrated' | 'dirtied') => {
    resources[0] = makeFiles(1, bodyBytes)[0]!
    return await timeMs(async () => {
      const { [key]: done } = await push(database, { agentId, version, resources })
      if (done.length !== chats) throw new Error(`Of ${chats} chats ${done.length} are ${key}.`)
    })
  }
  const hydrateMs = await pushed(1, 'hydrated')
  const settleMs = await pushed(2, 'dirtied')
  return { hydrateMs, settleMs }
}
