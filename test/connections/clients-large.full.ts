import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { copyIn, copyOut, piecesOf } from './support-copy.js'
import { useDatabase } from './support-database.js'
import { doors, onClients, openDoor } from './support-doors.js'
import { mixedProbe, textOf } from './support-queries.js'

const database = useDatabase()

const copyRows = 100_000
const copyLine = (row: number) => `${row}\t${textOf(row, 990 + (row % 50))}`

test.each(doors)(
  'a COPY of 100 MB goes in and comes out with every row as it was through %s',
  async (name) => {
    const db = await database.createDatabase()
    await db.script('CREATE TABLE large (n int, text text)')
    const client = await (await openDoor(db, name)).client()
    let bytes = 0
    const counted = function* () {
      for (const piece of piecesOf(copyRows, copyLine, 65_521)) {
        bytes += piece.length
        yield piece
      }
    }
    expect(await copyIn(client, 'COPY large FROM STDIN', counted())).toBe(copyRows)
    expect(bytes).toBeGreaterThan(100_000_000)
    expect(await copyOut(client, 'COPY large TO STDOUT', copyLine)).toEqual({
      rows: copyRows,
      wrong: undefined,
    })
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    await db.close()
  },
)

test.each(doors)(
  'of twenty thousand queries of ten clients each has its own answer through %s',
  async (name) => {
    const { pool } = await openDoor(database.db, name)
    const wrong: unknown[] = []
    await onClients(pool, 10, async (client, first) => {
      for (let index = first; index < 20_000; index += 10) {
        const { ask, expected } = mixedProbe(index)
        const answer = await ask(client)
        if (JSON.stringify(answer) !== JSON.stringify(expected)) wrong.push({ index, answer })
      }
    })
    expect(wrong).toEqual([])
  },
)

test.each(doors)(
  '800 queries at once with parameters of 300 KB have each its own answer through %s',
  async (name) => {
    const { pool } = await openDoor(database.db, name)
    const wrong: number[] = []
    for (let turn = 0; turn < 10; turn++) {
      await Promise.all(
        Array.from({ length: 80 }, async (_, at) => {
          const values = [turn * 80 + at, textOf(turn * 80 + at, 300_000)]
          const { rows } = await pool.query('SELECT $1::int AS n, $2::text AS text', values)
          if (rows.length !== 1 || rows[0].n !== values[0] || rows[0].text !== values[1]) {
            wrong.push(turn * 80 + at)
          }
        }),
      )
    }
    expect(wrong).toEqual([])
  },
)

test.each(doors)(
  '4000 transactions that read, wait and write lose nothing through %s',
  async (name) => {
    const { db } = database
    await db.script(`DROP TABLE IF EXISTS total;
    CREATE TABLE total (value int); INSERT INTO total VALUES (0)`)
    const { pool } = await openDoor(db, name)
    await onClients(pool, 8, async (client) => {
      for (let round = 0; round < 500; round++) {
        await client.query('BEGIN')
        const { rows } = await client.query('SELECT value FROM total')
        if (round % 3 === 0) await nextTurn()
        await client.query('UPDATE total SET value = $1', [rows[0].value + 1])
        await client.query('COMMIT')
      }
    })
    expect((await db.query('SELECT value FROM total')).rows).toEqual([{ value: 4000 }])
  },
)
