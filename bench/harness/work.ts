import { PGlite } from '@electric-sql/pglite'
import { createMigrator, type Database, fromPGlite } from '../../src/index.ts'

/** What a test is taken to do before its database is put back, and how that is looked into. */

const rowsWritten = 200

const insertRows = `INSERT INTO chats (owner_id)
  SELECT gen_random_uuid() FROM generate_series(1, ${rowsWritten})`

const ddl = `CREATE TABLE bench_notes (id int PRIMARY KEY, body text);
  ALTER TABLE bench_notes ADD COLUMN extra jsonb;
  ALTER TABLE chats ADD COLUMN bench_extra text`

/** Tables and columns that only {@link writeAndDefine} makes. */
const countTraces = `SELECT count(*)::int AS n FROM pg_attribute
  WHERE attrelid = to_regclass('bench_notes') OR attname = 'bench_extra'`

const countChats = 'SELECT count(*)::int AS n FROM chats'

/** Fails the bench when something that is timed did not do its work. */
export async function assertCount(
  database: Pick<Database, 'query'>,
  expected: number,
  text: string = countChats,
): Promise<void> {
  const { rows } = await database.query<{ n: number }>(text)
  if (rows[0]?.n === expected) return
  throw new Error(`${text} answered ${rows[0]?.n}, not ${expected}: what was timed did not work.`)
}

export async function writeRows(database: Database): Promise<void> {
  await database.query(insertRows)
  await assertCount(database, rowsWritten)
}

/** Rows, and tables made and changed; every second time the new table is dropped again. */
export async function writeAndDefine(database: Database, round: number): Promise<void> {
  await writeRows(database)
  await database.script(ddl)
  if (round % 2 === 1) await database.script('DROP TABLE bench_notes')
}

export async function assertUntouched(database: Database): Promise<void> {
  await assertCount(database, 0)
  await assertCount(database, 0, countTraces)
}

/** What a test reads that writes nothing. */
export async function readTables(database: Database): Promise<void> {
  await assertCount(database, 0)
  await database.query('SELECT * FROM chats ORDER BY updated_at DESC LIMIT 20')
  await database.query(
    `SELECT chat.id, count(message.id) FROM chats AS chat
     LEFT JOIN chat_messages AS message ON message.chat_id = chat.id GROUP BY chat.id`,
  )
  await database.query('SELECT * FROM workspace_agents JOIN workspace_builds USING (id)')
}

/** A PGlite as anybody would start it, with the same migrations. */
export async function openPlain(): Promise<{ pglite: PGlite; database: Database }> {
  const pglite = await PGlite.create()
  const database = fromPGlite(pglite)
  await createMigrator(database).up()
  return { pglite, database }
}

/** Every table but the ledger of the migrations. */
export async function truncateStatement(database: Database): Promise<string> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables
     WHERE schemaname = 'public' AND tablename <> 'driftpin_migrations' ORDER BY 1`,
  )
  if (rows.length < 10) throw new Error(`There are only ${rows.length} tables to truncate.`)
  return `TRUNCATE ${rows.map(({ name }) => name).join(', ')} RESTART IDENTITY CASCADE`
}
