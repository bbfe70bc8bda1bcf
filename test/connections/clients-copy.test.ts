import { once } from 'node:events'
import { from, to } from 'pg-copy-streams'
import { expect, test } from 'vitest'
import { copyIn, copyOut, piecesOf } from './support-copy.js'
import { useDatabase } from './support-database.js'
import { doors, onClients, openDoor } from './support-doors.js'
import { textOf } from './support-queries.js'

const database = useDatabase()

/** Text, with what COPY has to escape. */
const lineOf = (row: number) =>
  `${row}\t${row % 7 === 0 ? '\\N' : `a \\t tab, a \\\\ backslash, ö ${row}`}\t${textOf(row, 50 + (row % 300))}`

test.each(doors)(
  'thousands of rows go in and come out again as they were through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS copied; CREATE TABLE copied (n int, a text, b text)')
    const client = await (await openDoor(db, name)).client()
    const rows = 5000
    // Pieces of a prime number of bytes, which end in the middle of rows and of characters.
    const taken = await copyIn(client, 'COPY copied FROM STDIN', piecesOf(rows, lineOf, 8191))
    expect(taken).toBe(rows)
    const { rows: some } = await client.query('SELECT a FROM copied WHERE n IN (7, 8) ORDER BY n')
    expect(some).toEqual([{ a: null }, { a: 'a \t tab, a \\ backslash, ö 8' }])
    const sql = 'COPY (SELECT * FROM copied ORDER BY n) TO STDOUT'
    expect(await copyOut(client, sql, lineOf)).toEqual({ rows, wrong: undefined })
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  },
)

test.each(doors)(
  'clients that copy at once have each their own rows, both ways, through %s',
  async (name) => {
    const { db } = database
    await db.script(
      'DROP TABLE IF EXISTS mixed; CREATE TABLE mixed (of int, n int, a text, b text)',
    )
    const { pool } = await openDoor(db, name)
    const rows = 400
    await onClients(pool, 6, async (client, of) => {
      const own = (row: number) => `${of}\t${lineOf(row)}`
      for (let round = 0; round < 2; round++) {
        const sql = 'COPY mixed FROM STDIN'
        expect(await copyIn(client, sql, piecesOf(rows, own, 997))).toBe(rows)
        const out = `COPY (SELECT DISTINCT * FROM mixed WHERE of = ${of} ORDER BY n) TO STDOUT`
        expect(await copyOut(client, out, own)).toEqual({ rows, wrong: undefined })
        expect((await client.query('SELECT $1::int AS of', [of])).rows).toEqual([{ of }])
      }
    })
    const { rows: counts } = await db.query(
      'SELECT of, count(*)::int AS count, sum(n)::int AS sum FROM mixed GROUP BY of ORDER BY of',
    )
    expect(counts).toEqual(
      Array.from({ length: 6 }, (_, of) => ({ of, count: 2 * rows, sum: rows * (rows - 1) })),
    )
  },
)

test.each(doors)(
  'a row that is wrong takes all of its COPY back, and the client goes on, through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS refused; CREATE TABLE refused (n int PRIMARY KEY)')
    const client = await (await openDoor(db, name)).client()
    const copy = (lines: string[]) =>
      copyIn(client, 'COPY refused FROM STDIN', [Buffer.from(`${lines.join('\n')}\n`)])
    await expect(copy(['1', 'two', '3'])).rejects.toMatchObject({
      code: '22P02',
      where: 'COPY refused, line 2, column n: "two"',
    })
    await expect(copy(['1', '2', '1'])).rejects.toMatchObject({ code: '23505' })
    await expect(copy(['1\t2'])).rejects.toMatchObject({ code: '22P04' })
    const unknown = copyIn(client, 'COPY nowhere FROM STDIN', [Buffer.from('1\n')])
    await expect(unknown).rejects.toMatchObject({ code: '42P01' })
    expect(await copy(['4', '5'])).toBe(2)
    expect((await client.query('SELECT n FROM refused ORDER BY n')).rows).toEqual([
      { n: 4 },
      { n: 5 },
    ])
  },
)

test.each(doors)('a COPY belongs to the transaction that it is in through %s', async (name) => {
  const { db } = database
  await db.script('DROP TABLE IF EXISTS within; CREATE TABLE within (n int)')
  const door = await openDoor(db, name)
  const client = await door.client()
  const copy = (...lines: number[]) =>
    copyIn(
      client,
      'COPY within FROM STDIN',
      lines.map((line) => Buffer.from(`${line}\n`)),
    )
  await client.query('BEGIN')
  await client.query('INSERT INTO within VALUES (1)')
  expect(await copy(2, 3)).toBe(2)
  const other = door.pool.query('SELECT n FROM within')
  expect((await client.query('SELECT n FROM within ORDER BY n')).rowCount).toBe(3)
  await client.query('ROLLBACK')
  expect((await other).rows).toEqual([])
  await client.query('BEGIN')
  expect(await copy(4)).toBe(1)
  await client.query('SAVEPOINT here')
  expect(await copy(5)).toBe(1)
  await client.query('ROLLBACK TO SAVEPOINT here')
  expect(await copy(6)).toBe(1)
  await client.query('COMMIT')
  expect((await client.query('SELECT n FROM within ORDER BY n')).rows).toEqual([{ n: 4 }, { n: 6 }])
})

test.each(doors)('a COPY that its client gives up leaves nothing through %s', async (name) => {
  const { db } = database
  await db.script('DROP TABLE IF EXISTS given_up; CREATE TABLE given_up (n int)')
  const client = await (await openDoor(db, name)).client()
  const stream = client.query(from('COPY given_up FROM STDIN'))
  const failed = once(stream, 'error').then(([error]) => error)
  stream.write('1\n2\n')
  stream.destroy(new Error('given up'))
  expect(await failed).toMatchObject({
    code: '57014',
    message: 'COPY from stdin failed: given up',
  })
  expect((await client.query('SELECT count(*)::int AS count FROM given_up')).rows).toEqual([
    { count: 0 },
  ])
})

test.each(doors)(
  'rows in the binary format and as CSV come out as they went in through %s',
  async (name) => {
    const { db } = database
    await db.script(`DROP TABLE IF EXISTS formats, again; CREATE TABLE formats AS
    SELECT n, repeat('ö"\n,', n % 9) AS a, decode(md5(n::text), 'hex') AS b
    FROM generate_series(1, 500) AS n; CREATE TABLE again (LIKE formats)`)
    const client = await (await openDoor(db, name)).client()
    for (const format of ['binary', 'csv', 'text']) {
      const chunks: Buffer[] = []
      const out = client.query(to(`COPY formats TO STDOUT (FORMAT ${format})`))
      for await (const chunk of out) chunks.push(chunk)
      await client.query('TRUNCATE again')
      expect(await copyIn(client, `COPY again FROM STDIN (FORMAT ${format})`, chunks)).toBe(500)
      const { rows } = await client.query(
        `SELECT (SELECT count(*)::int FROM (TABLE formats EXCEPT ALL TABLE again) AS lost) AS lost,
         (SELECT count(*)::int FROM (TABLE again EXCEPT ALL TABLE formats) AS more) AS more`,
      )
      expect(rows, format).toEqual([{ lost: 0, more: 0 }])
    }
  },
)
