import { beforeAll, describe, expect, test } from 'vitest'
import { kindHashesOf } from '../../src/context/kind-hashes.js'
import { createMigrator, type Database } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

/** Of the migration: so many chats are filled in one transaction. */
const batchSize = 5000

describe.each(engineNames)('filling the hashes of kinds on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  const table = (name: string) => `"${database.schema}".${name}`

  beforeAll(async () => {
    database = engine.database('filled')
    const migrator = createMigrator(database)
    await migrator.to(13)
    // The first and the last possible id, and more than two batches of chats between them.
    await database.script(`
      INSERT INTO ${table('chats')} (id, owner_id, context_aggregate_hash, title)
      SELECT CASE n WHEN 1 THEN '00000000-0000-0000-0000-000000000000'
                    WHEN 2 THEN 'ffffffff-ffff-ffff-ffff-ffffffffffff' ELSE md5(n::text) END::uuid,
             gen_random_uuid(), CASE WHEN n % 7 > 0 THEN '\\x01'::bytea END, n
      FROM generate_series(1, ${2 * batchSize + 10}) AS n;
      INSERT INTO ${table('chat_context_resources')}
        (chat_id, source, body_kind, body, content_hash, size_bytes, status)
      SELECT id, '/' || place, CASE place WHEN 3 THEN 'skill' ELSE 'instruction_file' END::${table('workspace_agent_context_body_kind')},
             '{}', sha256(id::text::bytea), 1, 'ok'
      FROM ${table('chats')}, generate_series(1, 3) AS place
      WHERE context_aggregate_hash IS NOT NULL AND title::integer % 5 > 0;
      ANALYZE ${table('chats')}`)
    await migrator.to(14)
  })

  /** How many chats there are by whether they are hydrated, and how many of them are right. */
  const counts = async (isHydrated: string) => {
    const expected = kindHashesOf(table('chat_context_resources'), 'hashed.chat_id = chat.id')
    const { rows } = await database.query(
      `SELECT ${isHydrated} AS hydrated, count(*)::integer AS chats,
              count(*) FILTER (WHERE context_hashes = ${expected})::integer AS right,
              count(*) FILTER (WHERE context_hashes = '{}')::integer AS empty
       FROM ${table('chats')} chat GROUP BY 1 ORDER BY 1`,
    )
    return rows
  }
  const expected = [
    { hydrated: false, chats: 1430, right: 0, empty: 0 },
    { hydrated: true, chats: 8580, right: 8580, empty: 1716 },
  ]

  test('gives every hydrated chat the hashes of its pins, in all batches', async () => {
    expect(await counts('context_aggregate_hash IS NOT NULL')).toEqual(expected)
  })

  test('can be repeated, and what is hydrated stays so on the way down and up', async () => {
    const migrator = createMigrator(database)
    await migrator.to(13)
    await migrator.to(15)
    expect(await counts('context_hashes IS NOT NULL')).toEqual(expected)
    await migrator.to(14)
    expect(await counts('context_aggregate_hash IS NOT NULL')).toEqual(expected)
    await migrator.to(12)
    const { rows } = await database.query(
      `SELECT count(context_aggregate_hash)::integer AS count FROM ${table('chats')}`,
    )
    expect(rows).toEqual([{ count: 8580 }])
  })
})
