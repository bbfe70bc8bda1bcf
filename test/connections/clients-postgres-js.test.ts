import postgres from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { serveForTest } from './support-doors.js'
import { textOf } from './support-queries.js'

const database = useDatabase()
const served = ['TCP', 'a unix socket'] as const

/** postgres.js, which sends ahead on each of its ten connections. */
async function openSql(name: (typeof served)[number]) {
  const { url } = await serveForTest(database.db, name)
  const { hostname, port, searchParams } = new URL(url.replace('postgres@/', 'postgres@none/'))
  const folder = searchParams.get('host')
  const place = folder
    ? { path: `${folder}/.s.PGSQL.${searchParams.get('port')}` }
    : { host: hostname, port: Number(port) }
  const sql = postgres({
    ...place,
    user: 'postgres',
    database: 'postgres',
    max: 10,
    onnotice: () => {},
  })
  onTestFinished(() => sql.end())
  return sql
}

test.each(served)(
  'postgres.js has the right rows for 300 queries at once through %s',
  async (name) => {
    const sql = await openSql(name)
    const found = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        switch (index % 4) {
          case 0:
            return [...(await sql`SELECT ${index}::int AS n, ${textOf(index, 20_000)} AS text`)]
          case 1:
            return sql`SELECT 1 / ${index - index}::int AS never`.catch(({ code }) => code)
          case 2:
            return [...(await sql`SELECT n FROM generate_series(1, ${index % 30}::int) AS n`)]
          default:
            return [...(await sql.unsafe(`SELECT ${index} AS simple`))]
        }
      }),
    )
    expect(found).toEqual(
      Array.from({ length: 300 }, (_, index) => {
        switch (index % 4) {
          case 0:
            return [{ n: index, text: textOf(index, 20_000) }]
          case 1:
            return '22012'
          case 2:
            return Array.from({ length: index % 30 }, (_, at) => ({ n: at + 1 }))
          default:
            return [{ simple: index }]
        }
      }),
    )
  },
)

test.each(served)('postgres.js has every type as it was sent through %s', async (name) => {
  const sql = await openSql(name)
  const at = new Date('2026-01-02T03:04:05.678Z')
  // It asks for the types of arrays when it first connects, and knows none before.
  await sql`SELECT 1`
  const [row] = await sql`SELECT ${`${2n ** 60n}`}::int8 AS big, ${at}::timestamptz AS at,
    ${sql.json({ a: [1, null, 'ö'] })}::jsonb AS json, ${sql.array([1, 2, 3])}::int[] AS list,
    ${Buffer.from([0, 1, 255])}::bytea AS bytes, ${null}::text AS nothing, ${true}::bool AS flag`
  expect({ ...row, bytes: [...row!.bytes] }).toEqual({
    big: `${2n ** 60n}`,
    at,
    json: { a: [1, null, 'ö'] },
    list: [1, 2, 3],
    bytes: [0, 1, 255],
    nothing: null,
    flag: true,
  })
})

test.each(served)(
  'transactions and savepoints of postgres.js lose nothing through %s',
  async (name) => {
    const { db } = database
    await db.script(`DROP TABLE IF EXISTS tally;
    CREATE TABLE tally (value int); INSERT INTO tally VALUES (0)`)
    const sql = await openSql(name)
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        sql
          .begin(async (transaction) => {
            const [row] = await transaction`SELECT value FROM tally`
            await transaction`UPDATE tally SET value = ${row!.value + 1}`
            const nested = transaction.savepoint(async (inner) => {
              await inner`UPDATE tally SET value = ${-1}`
              await inner`SELECT 1 / 0`
            })
            await expect(nested).rejects.toMatchObject({ code: '22012' })
            if (index % 3 === 0) throw new Error('taken back')
          })
          .catch((error: Error) => expect(error.message).toBe('taken back')),
      ),
    )
    expect([...(await sql`SELECT value FROM tally`)]).toEqual([{ value: 40 }])
  },
)

test.each(served)(
  'cursors, forEach, LISTEN and COPY of postgres.js work through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS streamed; CREATE TABLE streamed (n int, text text)')
    const sql = await openSql(name)
    const batches: number[][] = []
    await sql`SELECT n FROM generate_series(1, 25) AS n`.cursor(10, (rows) => {
      batches.push(rows.map(({ n }) => n))
    })
    const numbers = Array.from({ length: 25 }, (_, at) => at + 1)
    expect(batches).toEqual([numbers.slice(0, 10), numbers.slice(10, 20), numbers.slice(20)])

    const heard: string[] = []
    let tell = () => {}
    const told = new Promise<void>((resolve) => {
      tell = resolve
    })
    const { unlisten } = await sql.listen('js', (payload) => {
      heard.push(payload)
      if (payload === 'last') tell()
    })
    await sql.notify('js', 'first')
    await db.pglite.query("NOTIFY js, 'second'")
    await sql.notify('js', 'last')
    await told
    expect(heard).toEqual(['first', 'second', 'last'])
    await unlisten()

    const writable = await sql`COPY streamed FROM STDIN`.writable()
    const written = new Promise((resolve, reject) => {
      writable.on('finish', resolve)
      writable.on('error', reject)
    })
    for (const n of numbers) writable.write(`${n}\t${textOf(n, 1000)}\n`)
    writable.end()
    await written
    const readable = await sql`COPY (SELECT * FROM streamed ORDER BY n) TO STDOUT`.readable()
    const chunks: Buffer[] = []
    for await (const chunk of readable) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe(
      numbers.map((n) => `${n}\t${textOf(n, 1000)}\n`).join(''),
    )
  },
)
