import { fileURLToPath } from 'node:url'
import { type Database, push } from '../../src/index.ts'
import { scan } from '../../src/scan/index.ts'
import { makeAgent } from '../../test/context/make-agent.ts'
import type { BenchDatabase } from './open-bench-server.ts'

const workspace = fileURLToPath(new URL('../../examples/workspace', import.meta.url))
const chats = 1000

/** What the pins of one chat take: its rows, what is stored beside them (TOAST), and indexes. */
export interface PinnedBytes {
  readonly resources: number
  readonly table: number
  readonly toast: number
  readonly indexes: number
  /** What the row of such a chat takes in the table of chats. */
  readonly chatRow: number
}

/** Pins the context that is found in the workspace of the examples to many chats. */
export async function measureBytes({ database }: BenchDatabase): Promise<PinnedBytes> {
  const { agentId, ownerId } = await makeAgent(database)
  await database.query(
    `INSERT INTO chats (owner_id, agent_id) SELECT $1, $2 FROM generate_series(1, $3)`,
    [ownerId, agentId, chats],
  )
  const { resources, snapshotError } = await scan(workspace)
  const before = await sizes(database)
  await push(database, { agentId, version: 1, resources, snapshotError })
  const after = await sizes(database)
  const perChat = (part: keyof typeof before) => (after[part] - before[part]) / chats
  return {
    resources: resources.length,
    table: perChat('table'),
    toast: perChat('toast'),
    indexes: perChat('indexes'),
    chatRow: await chatRowBytes(database),
  }
}

async function chatRowBytes(database: Database): Promise<number> {
  const { rows } = await database.query<{ bytes: number }>(
    'SELECT avg(pg_column_size(chats.*))::float8 AS bytes FROM chats',
  )
  return rows[0]!.bytes
}

async function sizes(database: Database) {
  const { rows } = await database.query<Record<'own' | 'all' | 'indexes', bigint>>(
    `SELECT pg_relation_size(pins) AS own, pg_table_size(pins) AS all,
            pg_indexes_size(pins) AS indexes
     FROM (SELECT 'chat_context_resources'::regclass) AS asked (pins)`,
  )
  const { own, all, indexes } = rows[0]!
  return { table: Number(own), toast: Number(all - own), indexes: Number(indexes) }
}
