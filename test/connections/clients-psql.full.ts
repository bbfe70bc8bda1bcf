import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { needPrograms, openTerminal, runWith } from '../support/programs.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { useDatabase } from './support-database.js'
import { configOf, connect, serveForTest } from './support-doors.js'
import { textOf } from './support-queries.js'

const database = useDatabase()
const served = ['TCP', 'a unix socket'] as const

beforeAll(() => needPrograms('psql', 'script'))

const plain = ['-X', '-v', 'ON_ERROR_STOP=1', '-A', '-t']
const lines = Array.from({ length: 2000 }, (_, n) => `${n}\t${textOf(n, 40 + (n % 100))}\n`).join(
  '',
)

async function openPsql(name: (typeof served)[number]) {
  const server = await serveForTest(database.db, name)
  const terminal = openTerminal(`psql -X -P pager=off "${server.url}"`, {})
  await terminal.until('postgres=# ')
  return {
    server,
    terminal,
    /** What is on the screen from a command to the next prompt, which is not of two lines. */
    ask: async (command: string) => {
      terminal.write(`${command}\n`)
      await terminal.until(`${command}\n`)
      const shown = await terminal.until(/postgres=[#*!]+ /)
      return shown.replace(/\n?postgres=[#*!]+ $/, '')
    },
  }
}

test.each(served)(
  'psql in a terminal describes tables, and copies out and in, through %s',
  async (name) => {
    await database.db.script(`DROP TABLE IF EXISTS shown, again CASCADE;
    CREATE TABLE shown (n int PRIMARY KEY, text text NOT NULL DEFAULT 'none');
    COMMENT ON TABLE shown IS 'seen by psql';
    INSERT INTO shown SELECT n, 'text ' || n FROM generate_series(1, 500) AS n;
    CREATE TABLE again (LIKE shown)`)
    const { terminal, ask } = await openPsql(name)
    expect(await ask('\\d shown')).toBe(
      [
        '                  Table "public.shown"',
        ' Column |  Type   | Collation | Nullable |   Default    ',
        '--------+---------+-----------+----------+--------------',
        ' n      | integer |           | not null | ',
        " text   | text    |           | not null | 'none'::text",
        'Indexes:',
        '    "shown_pkey" PRIMARY KEY, btree (n)',
        '',
      ].join('\n'),
    )
    const tables = await ask('\\dt+ shown')
    expect(tables).toMatch(/ public \| shown \| table \| postgres \| permanent .* \| seen by psql/)
    expect(tables).toContain('(1 row)')
    const file = join(await temporaryFolder(), 'rows')
    expect(await ask(`\\copy shown to '${file}'`)).toBe('COPY 500')
    const rows = Array.from({ length: 500 }, (_, at) => `${at + 1}\ttext ${at + 1}\n`).join('')
    expect(await readFile(file, 'utf8')).toBe(rows)
    expect(await ask(`\\copy again from '${file}'`)).toBe('COPY 500')
    await writeFile(file, `${rows}501\n`)
    expect(await ask(`\\copy again from '${file}'`)).toContain(
      'ERROR:  missing data for column "text"',
    )
    expect(await ask('SELECT count(*), sum(n) FROM again;')).toContain('   500 | 125250\n(1 row)')
    expect(await ask('SELECT 1 / 0;')).toBe('ERROR:  division by zero')
    terminal.write('\\q\n')
    expect(await terminal.ended).toBe(0)
  },
)

test.each(served)(
  'psql watches what another client changes, and Ctrl-C ends that, through %s',
  async (name) => {
    await database.db.script('DROP TABLE IF EXISTS watched; CREATE TABLE watched (n int)')
    const { server, terminal, ask } = await openPsql(name)
    const other = await connect(configOf(server))
    terminal.write("SELECT 'seen ' || count(*) AS seen FROM watched \\watch 0.2\n")
    for (let count = 0; count < 4; count++) {
      await terminal.until(`seen ${count}\n`)
      await other.query('INSERT INTO watched VALUES (1)')
    }
    terminal.write('\x03')
    await terminal.until('postgres=# ')
    expect(await ask('SELECT 40 + 2 AS sum;')).toContain('  42\n(1 row)')
  },
)

test.each(served)('Ctrl-C ends the waiting for another, in psql, through %s', async (name) => {
  const { server, terminal, ask } = await openPsql(name)
  const other = await connect(configOf(server))
  await other.query('BEGIN')
  terminal.write('SELECT 7 AS never;\n')
  await expect.poll(() => server.activity().map(({ state }) => state)).toContain('waiting')
  terminal.write('\x03')
  await terminal.until('canceling statement due to user request')
  await terminal.until('postgres=# ')
  expect((await other.query('SELECT 8 AS n')).rows).toEqual([{ n: 8 }])
  await other.query('COMMIT')
  expect(await ask('SELECT 9 AS n;')).toContain(' 9\n(1 row)')
})

test.each(served)(
  'psql shows in its prompt that it is in a transaction, and that it failed, through %s',
  async (name) => {
    const { terminal, ask } = await openPsql(name)
    terminal.write('BEGIN;\n')
    await terminal.until('postgres=*# ')
    terminal.write('SELEC 1;\n')
    await terminal.until('postgres=!# ')
    expect(await ask('ROLLBACK;')).toBe('ROLLBACK')
  },
)

test.each(served)(
  'psql takes rows from a pipe, and gives them to one, through %s',
  async (name) => {
    await database.db.script('DROP TABLE IF EXISTS piped; CREATE TABLE piped (n int, text text)')
    const { url } = await serveForTest(database.db, name)
    const taken = await runWith('psql', [...plain, url, '-c', 'COPY piped FROM STDIN'], lines)
    expect(taken).toEqual({ code: 0, stdout: 'COPY 2000\n', stderr: '' })
    const sql = 'COPY (SELECT * FROM piped ORDER BY n) TO STDOUT'
    const given = await runWith('psql', [...plain, url, '-c', sql], '')
    expect(given).toEqual({ code: 0, stdout: lines, stderr: '' })
  },
)

test.each(served)(
  'psql runs a script with rows in it, as a dump has them, through %s',
  async (name) => {
    const { url } = await serveForTest(database.db, name)
    const script = `DROP TABLE IF EXISTS dumped;
    BEGIN;
    CREATE TABLE dumped (n int, text text);
    COPY dumped (n, text) FROM stdin;\n${lines}\\.\n
    SELECT count(*), sum(n) FROM dumped;
    COMMIT;
    SELECT 'after ' || count(*) FROM dumped;
    COPY dumped FROM stdin;\n2000\twrong\tmore\n\\.\n`
    const { code, stdout, stderr } = await runWith('psql', [...plain, '-q', url], script)
    expect(stdout).toBe('2000|1999000\nafter 2000\n')
    expect(stderr).toContain('ERROR:  extra data after last expected column')
    expect(code).toBe(3)
    const { rows } = await database.db.query('SELECT count(*)::int AS count FROM dumped')
    expect(rows).toEqual([{ count: 2000 }])
  },
)
