import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCatalog, type ScopedTable, scopedTables } from '../../src/catalog/index.js'
import { deleteChat, getChatContext, listChats, listPins, prompt } from '../../src/index.js'
import { chat, insertChat } from '../../src/laws/arbitraries/index.js'
import { runs } from './runs.js'
import { places, useDatabase } from './use-database.js'

describe.each(places)('on %s', (place) => {
  const used = useDatabase(place)

  test('tables of a host are filled, whatever types their columns have', async () => {
    const { database, rewind } = used
    await rewind()
    const { schema } = database
    await database.script(`CREATE TABLE "${schema}".chat_notes (
      chat_id uuid NOT NULL REFERENCES "${schema}".chats ON DELETE CASCADE, n numeric(6, 2) NOT NULL,
      d date NOT NULL, t time NOT NULL, tz timetz NOT NULL, ts timestamp NOT NULL, i interval NOT NULL,
      a text[] NOT NULL, r int4range NOT NULL, b bit(1) NOT NULL, ip inet NOT NULL, v varchar(3) NOT NULL,
      j json NOT NULL, f real NOT NULL, s smallint NOT NULL)`)
    const [seed] = fc.sample(chat(), { seed: 1, numRuns: 1 })
    const chatId = await insertChat(database, { ...seed!, rows: [1] })
    const { rows } = await database.query(
      `SELECT chat_id FROM "${schema}".chat_notes WHERE chat_id = $1`,
      [chatId],
    )
    expect(rows).toHaveLength(1)
    await database.script(`ALTER TABLE "${schema}".chat_notes
      ADD COLUMN tone text CHECK (tone IN ('calm', 'curt'))`)
    await database.script(`TRUNCATE "${schema}".chat_notes;
      ALTER TABLE "${schema}".chat_notes ALTER COLUMN tone SET NOT NULL`)
    const refused = insertChat(database, { ...seed!, rows: [1] })
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', cause: { code: '23514' } })
    await expect(insertChat(database, { ...seed!, rows: [1] })).rejects.toThrow('tone text')
    await database.script(`DROP TABLE "${schema}".chat_notes`)
  })

  /** How many rows of each chat-scoped table a chat has, in the order of the catalog. */
  async function countRows(
    chatId: string,
    scoped: readonly ScopedTable[],
  ): Promise<[table: string, rows: number][]> {
    const { database } = used
    const counts: [string, number][] = []
    for (const { name: table, column } of scoped) {
      const { rows } = await database.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM "${database.schema}"."${table}"
         WHERE "${column}" = $1`,
        [chatId],
      )
      counts.push([table, rows[0]!.count])
    }
    return counts
  }

  test('a chat is what its seed says, and has the rows that it asks for', async () => {
    const { database, rewind, share } = used
    const catalog = await readCatalog(database)
    const scoped = scopedTables(catalog, 'chats')
    await fc.assert(
      fc
        .asyncProperty(chat(), async (seed) => {
          const chatId = await insertChat(database, seed, { catalog })
          const { ownerId, title, status, archived } = seed
          const listed = await listChats(database, { ownerId, archived })
          expect(listed.chats.map(({ id }) => id)).toContain(chatId)
          const { rows } = await database.query(
            `SELECT owner_id, title, status, archived, created_at, updated_at
             FROM "${database.schema}".chats WHERE id = $1`,
            [chatId],
          )
          const { createdAt: created_at, updatedAt: updated_at } = seed
          const stored = { owner_id: ownerId, title, status, archived, created_at, updated_at }
          expect(rows).toStrictEqual([stored])
          const counts = await countRows(chatId, scoped)
          counts.forEach(([, count], position) => {
            const asked = seed.rows[position % seed.rows.length]!
            // One row where a chat can have one only; one more than none where others refer to it.
            expect([asked, Math.min(asked, 1), Math.max(asked, 1)]).toContain(count)
          })
          const pins = await listPins(database, { chatId })
          expect(counts).toContainEqual(['chat_context_resources', pins.length])
          expect(await getChatContext(database, { chatId })).toMatchObject({ hydrated: true })
          expect((await prompt(database, { chatId })).hydrated).toBe(true)
        })
        .beforeEach(rewind),
      runs(share(8)),
    )
  })

  test('every chat-scoped table is filled, one that was added later too', async () => {
    const { database } = used
    const q = `"${database.schema}"`
    await database.script(
      `CREATE TYPE ${q}.mood AS ENUM ('calm', 'stormy');
       CREATE TABLE ${q}.chat_moods (chat_id uuid NOT NULL REFERENCES ${q}.chats ON DELETE CASCADE,
         id bigint GENERATED ALWAYS AS IDENTITY, mood ${q}.mood NOT NULL, note text NOT NULL,
         depth integer NOT NULL, seen boolean NOT NULL, PRIMARY KEY (chat_id, id))`,
    )
    const [seed] = fc.sample(chat(), { seed: runs(1).seed, numRuns: 1 })
    const chatId = await insertChat(database, { ...seed!, rows: [3] })
    const scoped = scopedTables(await readCatalog(database), 'chats')
    const counts = await countRows(chatId, scoped)
    expect(counts).toContainEqual(['chat_moods', 3])
    const single = counts.filter(([, rows]) => rows === 1).map(([table]) => table)
    expect(single).toStrictEqual(['chat_diff_statuses'])
    expect(counts.filter(([, rows]) => rows !== 1 && rows !== 3)).toStrictEqual([])
    const empty = await insertChat(database, { ...seed!, rows: [0] })
    expect((await countRows(empty, scoped)).filter(([, rows]) => rows !== 0)).toStrictEqual([])
    await deleteChat(database, { chatId })
    expect((await countRows(chatId, scoped)).filter(([, rows]) => rows !== 0)).toStrictEqual([])
  })
})
