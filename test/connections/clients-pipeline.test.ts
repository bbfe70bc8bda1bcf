import type pg from 'pg'
import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { configOf, connect, doors, serveForTest } from './support-doors.js'
import { mixedProbe, textOf } from './support-queries.js'

const database = useDatabase()
const served = doors.filter((name) => name !== 'openPool')

/** What became of each, in their order. */
const outcomes = (running: readonly Promise<pg.QueryResult>[]) =>
  Promise.all(
    running.map((one) =>
      one.then(
        ({ command, rows }) => ({ command, rows }),
        ({ code }: pg.DatabaseError) => ({ code }),
      ),
    ),
  )

test.each(served)(
  'clients that send without waiting have their answers in order through %s',
  async (name) => {
    const config = configOf(await serveForTest(database.db, name))
    await Promise.all(
      Array.from({ length: 6 }, async (_, first) => {
        const client = await connect({ ...config, pipeline: true })
        const probes = Array.from({ length: 150 }, (_, index) => mixedProbe(index * 6 + first))
        const answers = await Promise.all(probes.map(({ ask }) => ask(client)))
        expect(answers).toEqual(probes.map(({ expected }) => expected))
      }),
    )
  },
)

test.each(served)(
  'wide parameters sent without waiting are answered in order through %s',
  async (name) => {
    const config = configOf(await serveForTest(database.db, name))
    const wrong: number[] = []
    await Promise.all(
      Array.from({ length: 4 }, async (_, first) => {
        const client = await connect({ ...config, pipeline: true })
        const asked = Array.from({ length: 10 }, async (_, round) => {
          const index = round * 4 + first
          const values = [index, textOf(index, 300_000)]
          const { rows } = await client.query('SELECT $1::int AS n, $2::text AS text', values)
          if (rows.length !== 1 || rows[0].n !== index || rows[0].text !== values[1]) {
            wrong.push(index)
          }
        })
        await Promise.all(asked)
      }),
    )
    expect(wrong).toEqual([])
  },
)

test.each(served)(
  'an error in the middle of a pipeline is the answer to its query alone through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS piped; CREATE TABLE piped (n int PRIMARY KEY)')
    const config = configOf(await serveForTest(db, name))
    const client = await connect({ ...config, pipeline: true })
    const insert = (n: number) => client.query('INSERT INTO piped VALUES ($1) RETURNING n', [n])
    const found = await outcomes([
      insert(1),
      insert(2),
      insert(1),
      client.query('SELECT n FROM piped ORDER BY n'),
      client.query('SELEC 1'),
      client.query('SELECT 1 / n AS never FROM (VALUES (1), (0)) AS two (n)'),
      insert(3),
      client.query({ name: 'bad', text: 'SELECT nothing' }),
      client.query('SELECT count(*)::int AS count FROM piped'),
    ])
    expect(found).toEqual([
      { command: 'INSERT', rows: [{ n: 1 }] },
      { command: 'INSERT', rows: [{ n: 2 }] },
      { code: '23505' },
      { command: 'SELECT', rows: [{ n: 1 }, { n: 2 }] },
      { code: '42601' },
      { code: '22012' },
      { command: 'INSERT', rows: [{ n: 3 }] },
      { code: '42703' },
      { command: 'SELECT', rows: [{ count: 3 }] },
    ])
  },
)

test.each(served)(
  'a transaction in a pipeline is not broken into by other pipelines through %s',
  async (name) => {
    const { db } = database
    await db.script(`DROP TABLE IF EXISTS sums;
    CREATE TABLE sums (value int); INSERT INTO sums VALUES (0)`)
    const config = configOf(await serveForTest(db, name))
    const finals = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        const client = await connect({ ...config, pipeline: true })
        const running: Promise<pg.QueryResult>[] = []
        for (let round = 0; round < 10; round++) {
          const isFailing = round % 5 === 4
          running.push(
            client.query('BEGIN'),
            client.query('UPDATE sums SET value = value + 1'),
            client.query('SELECT $1::int AS mine, $2::int AS round', [index, round]),
            ...(isFailing ? [client.query('SELECT 1 / 0')] : []),
            client.query('UPDATE sums SET value = value + 1'),
            client.query('COMMIT'),
          )
        }
        return outcomes(running)
      }),
    )
    const begun = { command: 'BEGIN', rows: [] }
    const updated = { command: 'UPDATE', rows: [] }
    expect(finals).toEqual(
      Array.from({ length: 5 }, (_, mine) =>
        Array.from({ length: 10 }, (_, round) => [
          begun,
          updated,
          { command: 'SELECT', rows: [{ mine, round }] },
          ...(round % 5 === 4
            ? [{ code: '22012' }, { code: '25P02' }, { command: 'ROLLBACK', rows: [] }]
            : [updated, { command: 'COMMIT', rows: [] }]),
        ]).flat(),
      ),
    )
    // Of ten transactions of each client two fail, and the others add two.
    expect((await db.query('SELECT value FROM sums')).rows).toEqual([{ value: 5 * 8 * 2 }])
  },
)

test.each(served)(
  'a client that ends with its pipeline under way has every answer through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS ended; CREATE TABLE ended (n int)')
    const config = configOf(await serveForTest(db, name))
    const client = await connect({ ...config, pipeline: true })
    const running = Array.from({ length: 50 }, (_, n) =>
      client.query('INSERT INTO ended VALUES ($1) RETURNING n', [n]),
    )
    const ended = client.end()
    expect(await outcomes(running)).toEqual(
      Array.from({ length: 50 }, (_, n) => ({ command: 'INSERT', rows: [{ n }] })),
    )
    await ended
    const { rows } = await db.query('SELECT n FROM ended ORDER BY n')
    expect(rows).toEqual(Array.from({ length: 50 }, (_, n) => ({ n })))
  },
)
