import { performance } from 'node:perf_hooks'
import { createMigrator } from '../src/index.ts'
import { makeAgent } from '../test/context/make-agent.ts'
import { isReduced } from './harness/rounds.ts'
import { type Measured, timeMs } from './measured.ts'
import { openBenchServer } from './server/open-bench-server.ts'

const chats = isReduced ? 2000 : 1_000_000
const hydratedShare = 2
const lastOfEarlier = 12

/** Migrates a database of many chats from hashes of whole contexts to hashes of kinds, in use. */
export async function benchUpgrade(): Promise<Measured> {
  await using server = await openBenchServer()
  await using own = await server.openDatabase('upgrade')
  const { database } = own
  const migrator = createMigrator(database)
  const applied = (await migrator.status()).length
  await migrator.down({ steps: applied - lastOfEarlier })
  const { agentId, ownerId } = await makeAgent(database)
  await database.query(
    `INSERT INTO chats (owner_id, agent_id, context_aggregate_hash)
     SELECT $1, $2, CASE WHEN n % ${hydratedShare} = 0 THEN sha256('x') END
     FROM generate_series(1, $3) AS n`,
    [ownerId, agentId, chats],
  )
  await database.script(`
    INSERT INTO chat_context_resources
      (chat_id, source, body_kind, body, content_hash, size_bytes, status)
    SELECT id, '/shop/AGENTS.md', 'instruction_file', '{"content": "IyBTaG9wCg=="}', sha256('x'), 7, 'ok'
    FROM chats WHERE context_aggregate_hash IS NOT NULL`)
  await database.script('VACUUM (ANALYZE)')
  const { rows } = await database.query<{ id: string }>('SELECT id FROM chats LIMIT 1000')
  let isOver = false
  const waits: number[] = []
  const writing = (async () => {
    for (let n = 0; !isOver; n += 1) {
      const { id } = rows[n % rows.length]!
      waits.push(
        await timeMs(() => database.query('UPDATE chats SET title = title WHERE id = $1', [id])),
      )
    }
  })()
  const start = performance.now()
  await migrator.up()
  const upgradeMs = performance.now() - start
  isOver = true
  await writing
  const { rows: missing } = await database.query<{ n: number }>(
    'SELECT count(*)::integer AS n FROM chats WHERE context_hashes IS NOT NULL',
  )
  if (missing[0]!.n !== Math.floor(chats / hydratedShare)) throw new Error('Not all have hashes.')
  return {
    versions: { postgresql: server.version },
    notes: [
      `${chats} chats, every second one with a pin, from migration ${lastOfEarlier} to the last`,
      'a session changes the title of one chat after the other meanwhile',
    ],
    figures: {
      upgradeMs,
      writesMeanwhile: waits.length,
      longestWaitOfAWriteMs: Math.max(...waits),
    },
    ratios: { longestWaitVsUpgrade: Math.max(...waits) / upgradeMs },
  }
}
