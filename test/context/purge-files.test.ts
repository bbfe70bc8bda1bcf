import { beforeAll, describe, expect, test } from 'vitest'
import {
  archiveIdle,
  createChat,
  type Database,
  purgeDebugRuns,
  purgeFiles,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

const old = '2020-01-01T00:00:00.000001Z'
const before = '2020-01-01T00:00:00.000002Z'

describe.each(engineNames)('purging what is left over on %s', (name) => {
  const engine = useEngine(name)
  let database: Database
  const ownerId = crypto.randomUUID()
  const table = (of: string) => `"${database.schema}".${of}`
  beforeAll(async () => {
    database = await engine.install()
  })

  const ids = async (of: string) =>
    (await database.query<{ id: string }>(`SELECT id FROM ${table(of)} ORDER BY id`)).rows.map(
      ({ id }) => id,
    )

  async function insertFile(createdAt: string): Promise<string> {
    const { rows } = await database.query<{ id: string }>(
      `INSERT INTO ${table('chat_files')} (owner_id, name, mimetype, data, created_at)
       VALUES ($1, 'n', 'text/plain', 'x', $2) RETURNING id`,
      [ownerId, createdAt],
    )
    return rows[0]!.id
  }

  test('deletes files that are strictly older and have no link, in batches', async () => {
    const { chat } = await createChat(database, { ownerId })
    const unused = [await insertFile(old), await insertFile(old), await insertFile(old)]
    const kept = [await insertFile(before), await insertFile(old)]
    const link = `INSERT INTO ${table('chat_file_links')} (chat_id, file_id) VALUES ($1, $2)`
    await database.query(link, [chat.id, kept[1]])
    expect(await purgeFiles(database, { before, limit: 2 })).toEqual({
      ...{ purged: unused.length, batches: 2, busy: false },
    })
    expect(await ids('chat_files')).toEqual(kept.toSorted())
    for (let n = 0; n < 3; n++) await insertFile(old)
    expect(await purgeFiles(database, { before })).toEqual({ purged: 3, batches: 1, busy: false })
    expect(await purgeFiles(database, { before })).toEqual({ purged: 0, batches: 0, busy: false })
  })

  test('deletes debug runs that are strictly older, with their steps', async () => {
    const { chat } = await createChat(database, { ownerId })
    for (const updatedAt of [old, old, before]) {
      await database.query(
        `WITH run AS (
           INSERT INTO ${table('chat_debug_runs')} (chat_id, kind, status, updated_at)
           VALUES ($1, 'turn', 'ok', $2) RETURNING chat_id, id)
         INSERT INTO ${table('chat_debug_steps')}
           (chat_id, run_id, step_number, operation, status, normalized_request)
         SELECT chat_id, id, 1, 'call', 'ok', '{}' FROM run`,
        [chat.id, updatedAt],
      )
    }
    const result = await purgeDebugRuns(database, { before, limit: 1 })
    expect(result).toEqual({ purged: 2, batches: 2, busy: false })
    expect(await ids('chat_debug_runs')).toHaveLength(1)
    expect(await ids('chat_debug_steps')).toHaveLength(1)
  })

  test('archives idle chats, oldest first, and no chat that is in use', async () => {
    const chats: string[] = []
    for (const [status, now] of [
      ['waiting', '2020-01-01T00:00:00.000001Z'],
      ['error', '2020-01-01T00:00:00Z'],
      ['running', '2019-01-01T00:00:00Z'],
      ['requires_action', '2019-01-01T00:00:00Z'],
      ['interrupting', '2019-01-01T00:00:00Z'],
      ['waiting', before],
    ] as const) {
      chats.push((await createChat(database, { ownerId, status, now })).chat.id)
    }
    const archived = async (limit?: number) =>
      (await archiveIdle(database, { before, limit, now: before })).archived.map(({ id }) => id)
    expect(await archived(1)).toEqual([chats[1]])
    expect(await archived()).toEqual([chats[0]])
    expect(await archived()).toEqual([])
    const { rows } = await database.query(
      `SELECT id FROM ${table('chats')} WHERE archived AND updated_at = $1 ORDER BY id`,
      [before],
    )
    expect(rows).toEqual([chats[0], chats[1]].sort().map((id) => ({ id })))
  })

  if (name === 'PGlite') return

  test('never deletes a file that another transaction links meanwhile', async () => {
    const { chat } = await createChat(database, { ownerId })
    const file = await insertFile(old)
    const link = `INSERT INTO ${table('chat_file_links')} (chat_id, file_id) VALUES ($1, $2)`
    await database.transaction(async (transaction) => {
      await transaction.query(link, [chat.id, file])
      expect(await purgeFiles(database, { before })).toEqual({ purged: 0, batches: 0, busy: false })
    })
    expect(await purgeFiles(database, { before })).toEqual({ purged: 0, batches: 0, busy: false })
    expect(await ids('chat_files')).toContain(file)
  })

  // Links that are committed between the snapshot of the purge and its lock: many files make that
  // time long. Without the second look at the links, most of these links are lost.
  test('keeps each link that is made while it looks for files', async () => {
    const { chat } = await createChat(database, { ownerId })
    const link = `INSERT INTO ${table('chat_file_links')} (chat_id, file_id) VALUES ($1, $2)`
    const linked: string[] = []
    for (let round = 0; round < 8; round++) {
      const { rows } = await database.query<{ id: string }>(
        `INSERT INTO ${table('chat_files')} (owner_id, name, mimetype, data, created_at)
         SELECT $1, 'n', 'text/plain', 'x', $2::timestamptz - n * interval '1 second'
         FROM generate_series(1, 8000) n RETURNING id`,
        [ownerId, old],
      )
      const purge = purgeFiles(database, { before, limit: 8000 })
      for (const { id } of rows.slice(0, 60)) {
        const refused = await database.query(link, [chat.id, id]).then(
          () => undefined,
          (error: { code?: string }) => error,
        )
        if (!refused) linked.push(id)
        else expect(refused).toMatchObject({ code: '23503' })
      }
      await purge
    }
    expect(linked).not.toEqual([])
    const { rows } = await database.query<{ id: string }>(
      `SELECT file_id AS id FROM ${table('chat_file_links')} WHERE chat_id = $1 ORDER BY file_id`,
      [chat.id],
    )
    expect(rows.map(({ id }) => id)).toEqual(linked.sort())
  }, 60_000)

  test('leaves a chat that is being deleted to its deletion', async () => {
    const { chat } = await createChat(database, { ownerId })
    await database.query(
      `INSERT INTO ${table('chat_debug_runs')} (chat_id, kind, status, updated_at)
       VALUES ($1, 'turn', 'ok', $2)`,
      [chat.id, old],
    )
    await database.transaction(async (transaction) => {
      await transaction.query(`DELETE FROM ${table('chats')} WHERE id = $1`, [chat.id])
      const result = await purgeDebugRuns(database, { before })
      expect(result).toEqual({ purged: 0, batches: 0, busy: false })
    })
  })
})
