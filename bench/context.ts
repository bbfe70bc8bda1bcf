import { PGlite } from '@electric-sql/pglite'
import {
  createMigrator,
  type Database,
  fromPGlite,
  hydrate,
  limits,
  purge,
  push,
} from '../src/index.ts'
import { makeAgent } from '../test/context/make-agent.ts'
import { makeFiles } from './make-files.ts'
import { type Measured, median, timeMs } from './measured.ts'
import { pushRowByRow } from './push-row-by-row.ts'

const rounds = 7
const chatsHydrated = 200
const resourcesHydrated = 100
const chatsPurged = 1000
const childrenPurged = 20

/** Where every row of an agent's resources stands: one that is rewritten moves. */
async function rowPlaces(database: Database, agentId: string): Promise<Map<string, string>> {
  const { rows } = await database.query<{ source: string; place: string }>(
    `SELECT source, xmin::text || ' ' || ctid::text AS place
     FROM workspace_agent_context_resources WHERE workspace_agent_id = $1`,
    [agentId],
  )
  return new Map(rows.map(({ source, place }) => [source, place]))
}

async function measurePush(database: Database) {
  const resources = makeFiles(limits.resourcesMax, limits.bodiesBytesMax)
  const first: number[] = []
  const unchanged: number[] = []
  const rowByRow: number[] = []
  let rewritten = 0
  // One round more than is counted, since the first one warms everything up.
  for (let round = 0; round <= rounds; round++) {
    const { agentId } = await makeAgent(database)
    const { agentId: plain } = await makeAgent(database)
    const firstMs = await timeMs(() => push(database, { agentId, version: 1, resources }))
    const rowByRowMs = await timeMs(() =>
      pushRowByRow(database, { agentId: plain, version: 1, resources }),
    )
    const before = await rowPlaces(database, agentId)
    const unchangedMs = await timeMs(() => push(database, { agentId, version: 2, resources }))
    const after = await rowPlaces(database, agentId)
    await database.query('DELETE FROM workspace_agents WHERE id = ANY ($1)', [[agentId, plain]])
    await database.query('VACUUM workspace_agent_context_resources')
    await database.query('CHECKPOINT')
    if (round === 0) continue
    first.push(firstMs)
    rowByRow.push(rowByRowMs)
    unchanged.push(unchangedMs)
    rewritten += [...after].filter(([source, place]) => before.get(source) !== place).length
  }
  return { first, unchanged, rowByRow, rewritten }
}

async function measureHydrate(database: Database): Promise<number> {
  const resources = makeFiles(resourcesHydrated, resourcesHydrated * 2048)
  const { agentId } = await makeAgent(database)
  await push(database, { agentId, version: 1, resources })
  await database.query(
    `INSERT INTO chats (owner_id, agent_id)
     SELECT gen_random_uuid(), $1 FROM generate_series(1, $2)`,
    [agentId, chatsHydrated],
  )
  const ms = await timeMs(async () => {
    const { hydrated } = await hydrate(database, { agentId })
    if (hydrated.length !== chatsHydrated) throw new Error('not every chat was hydrated')
  })
  await database.query('DELETE FROM chats WHERE agent_id = $1', [agentId])
  await database.query('VACUUM chat_context_resources')
  await database.query('CHECKPOINT')
  return ms
}

async function measurePurge(database: Database): Promise<number> {
  await database.query(
    `WITH made AS (
       INSERT INTO chats (owner_id, archived, updated_at)
       SELECT gen_random_uuid(), true, now() - interval '40 days' FROM generate_series(1, $1)
       RETURNING id
     )
     INSERT INTO chat_messages (chat_id, role, content)
     SELECT id, 'user', '"hello"' FROM made, generate_series(1, $2)`,
    [chatsPurged, childrenPurged],
  )
  return await timeMs(async () => {
    const { purged } = await purge(database, { before: new Date(), limit: chatsPurged })
    if (purged.length !== chatsPurged) throw new Error('not every chat was purged')
  })
}

/** Measures the operations on the embedded engine, in memory. */
export async function benchContext(): Promise<Measured> {
  const client = new PGlite()
  await client.waitReady
  const database = fromPGlite(client)
  await createMigrator(database).up()
  const pushed = await measurePush(database)
  const hydrates: number[] = []
  const purges: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const hydrateMs = await measureHydrate(database)
    const purgeMs = await measurePurge(database)
    if (round === 0) continue
    hydrates.push(hydrateMs)
    purges.push(purgeMs)
  }
  const { rows } = await database.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  )
  await client.close()
  const pushMs = median(pushed.first)
  return {
    versions: { postgresql: `${rows[0]!.version} (PGlite, in memory)` },
    notes: [
      `medians of ${rounds} rounds after one to warm up`,
      `push: ${limits.resourcesMax} resources, ${limits.bodiesBytesMax} bytes of bodies`,
      `hydrate: ${chatsHydrated} chats, ${resourcesHydrated} resources of 2 KiB each`,
      `purge: ${chatsPurged} archived chats, ${childrenPurged} messages each`,
    ],
    figures: {
      pushMs,
      pushRowByRowMs: median(pushed.rowByRow),
      unchangedPushMs: median(pushed.unchanged),
      unchangedRowsRewritten: pushed.rewritten,
      hydrateMs: median(hydrates),
      purgeMs: median(purges),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    },
    ratios: {
      pushVsRowByRow: pushMs / median(pushed.rowByRow),
      unchangedPushVsFirst: median(pushed.unchanged) / pushMs,
    },
  }
}
