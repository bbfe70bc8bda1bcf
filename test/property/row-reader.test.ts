import { expect, test } from 'vitest'
import { fillChat } from '../../src/harness/index.js'
import { createChat } from '../../src/index.js'
import { openRowReader, tablesOfChats } from '../../src/laws/row-reader.js'
import { useEngine } from '../support/engines.js'

const engine = useEngine('PGlite')
const count = 120

test('a schema of more tables and columns than a function takes is read, whatever they are called', async () => {
  const database = await engine.install()
  const { schema } = database
  const numbers = Array.from({ length: count }, (_, n) => n)
  await database.script(
    numbers
      .map(
        (n) => `CREATE TABLE "${schema}"."it's ${n}" (
          chat_id uuid REFERENCES "${schema}".chats ON DELETE CASCADE, n int);`,
      )
      .join('') +
      `CREATE TABLE "${schema}".wide (${numbers.map((n) => `c${n} int`).join(', ')});
       INSERT INTO "${schema}"."it's 7" (n) VALUES (7);
       INSERT INTO "${schema}".wide (c0, c119) VALUES (1, 2)`,
  )
  const reader = await openRowReader(database, { except: [], prepared: false })
  const rows = await reader.read(database)
  const valuesOf = (table: string) => [...rows.get(table)!.values()].map(({ values }) => values)
  expect(valuesOf("it's 7")).toEqual([{ chat_id: null, n: '7' }])
  expect(valuesOf('wide')).toMatchObject([{ c0: '1', c1: null, c119: '2' }])
  expect(reader.chatColumns.get("it's 7")).toBe('chat_id')
})

test('no row hides another: keys that read alike, and rows that are equal, are told apart', async () => {
  const database = await engine.install()
  const { schema } = database
  await database.script(`
    CREATE TABLE "${schema}".pairs (a text, b text, PRIMARY KEY (a, b));
    INSERT INTO "${schema}".pairs VALUES ('x y', 'z'), ('x', 'y z'), ('x\\', 'z'), ('x', '\\ z');
    CREATE TABLE "${schema}".twins (n int); INSERT INTO "${schema}".twins VALUES (1), (1), (2)`)
  const reader = await openRowReader(database, { except: [], prepared: false })
  const rows = await reader.read(database)
  expect(rows.get('pairs')!.size).toBe(4)
  expect([...rows.get('twins')!.values()].map(({ values }) => values.n)).toEqual(['1', '1', '2'])
})

test('a table without a key to chats has rows of chats, unless its chat_id is another number', async () => {
  const database = await engine.install()
  const { schema } = database
  await database.script(`
    CREATE TABLE "${schema}".beats (chat_id uuid, id int, PRIMARY KEY (chat_id, id));
    CREATE TABLE "${schema}".telegrams (chat_id bigint PRIMARY KEY)`)
  const { catalog, chatColumns } = await openRowReader(database, { except: [], prepared: false })
  expect([chatColumns.get('beats'), chatColumns.get('telegrams')]).toEqual(['chat_id', undefined])
  const { chat } = await createChat(database, { ownerId: crypto.randomUUID() })
  const filled = await fillChat(database, chat.id, { catalog, tables: tablesOfChats(catalog) })
  expect(filled).toContain('beats')
})
