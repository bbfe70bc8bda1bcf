import { createHash } from 'node:crypto'
import type pg from 'pg'

/** Something to run, and what has to come of it. */
export interface Probe {
  readonly ask: (client: pg.Pool | pg.ClientBase) => Promise<unknown>
  readonly expected: unknown
}

/** What a result is compared by. */
const partsOf = ({ command, rowCount, fields, rows }: pg.QueryResult) => ({
  command,
  rowCount,
  fields: fields.map(({ name }) => name),
  rows,
})

const result = (command: string, fields: string[], rows: unknown[]) => ({
  command,
  rowCount: rows.length,
  fields,
  rows,
})

const codeOf = (running: Promise<unknown>) =>
  running.then(
    () => 'no error',
    (error: { code?: string }) => error.code,
  )

/** So many texts of so many bytes that none equals another, by their numbers. */
export function textOf(index: number, bytes: number): string {
  const seed = createHash('sha256').update(`text ${index}`).digest('hex')
  return seed.repeat(Math.ceil(bytes / seed.length)).slice(0, bytes)
}

/** One of nine kinds of small queries, each with an answer that no other has. */
export function mixedProbe(index: number): Probe {
  switch (index % 9) {
    case 0:
      return {
        ask: async (client) =>
          partsOf(await client.query('SELECT $1::int AS a, $2::text AS b', [index, `b ${index}`])),
        expected: result('SELECT', ['a', 'b'], [{ a: index, b: `b ${index}` }]),
      }
    case 1:
      return rowsProbe(index)
    case 2:
      return {
        ask: (client) => codeOf(client.query('SELECT 1 / ($1::int - $2::int)', [index, index])),
        expected: '22012',
      }
    case 3:
      return {
        ask: async (client) => {
          const text = 'SELECT $1::int * 2 AS twice'
          return partsOf(await client.query({ name: 'twice', text, values: [index] }))
        },
        expected: result('SELECT', ['twice'], [{ twice: index * 2 }]),
      }
    case 4:
      return typesProbe(index)
    case 5:
      return {
        ask: async (client) => {
          const text = `SELECT ${index} AS one; SELECT ${index} + 1 AS other, 'x' AS x`
          const results = (await client.query(text)) as unknown as pg.QueryResult[]
          return results.map(partsOf)
        },
        expected: [
          result('SELECT', ['one'], [{ one: index }]),
          result('SELECT', ['other', 'x'], [{ other: index + 1, x: 'x' }]),
        ],
      }
    case 6:
      return {
        ask: (client) => codeOf(client.query(`SELECT ${index} FROM there_is_no_such_table`)),
        expected: '42P01',
      }
    case 7:
      return {
        ask: (client) => {
          const text = 'SELECT 10 / $1::int AS tenth'
          return codeOf(client.query({ name: 'tenth', text, values: [0] }))
        },
        expected: '22012',
      }
    default:
      return {
        ask: async (client) => {
          const text = "SELECT $1::text AS a, 'two' AS a, NULL AS a"
          return partsOf(await client.query({ text, values: [`${index}`], rowMode: 'array' }))
        },
        expected: result('SELECT', ['a', 'a', 'a'], [[`${index}`, 'two', null]]),
      }
  }
}

function rowsProbe(index: number): Probe {
  const count = index % 40
  return {
    ask: async (client) => {
      const text = 'SELECT n, n * $1::int AS product FROM generate_series(1, $2::int) AS n'
      return partsOf(await client.query(text, [index, count]))
    },
    expected: result(
      'SELECT',
      ['n', 'product'],
      Array.from({ length: count }, (_, at) => ({ n: at + 1, product: (at + 1) * index })),
    ),
  }
}

function typesProbe(index: number): Probe {
  const bytes = Buffer.from([0, 255, index % 256, 92])
  const at = new Date(Date.UTC(2026, 0, 1) + index * 1001)
  const uuid = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
  const json = { index, nested: [{ 'key "x"': null }, 'ö', 1.5] }
  const row = {
    big: `${9007199254740993n + BigInt(index)}`,
    bytes,
    at,
    uuid,
    json,
    list: [index, null, -1],
    texts: ['a,b', '"', '\\', '', `${index}`],
    exact: `${index}.000000000000000001`,
    flag: index % 2 === 0,
    nothing: null,
    float: index / 7,
  }
  const types = 'int8 bytea timestamptz uuid jsonb int[] text[] numeric bool text float8'.split(' ')
  const names = Object.keys(row)
  const list = names.map((name, at) => `$${at + 1}::${types[at]} AS ${name}`).join(', ')
  return {
    ask: async (client) => partsOf(await client.query(`SELECT ${list}`, Object.values(row))),
    expected: result('SELECT', names, [row]),
  }
}
