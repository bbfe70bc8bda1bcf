import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { readManifest } from '../../src/catalog/index.js'
import { type Database, fromPGlite, fromPg } from '../../src/index.js'
import { createColumnTypes, parameters } from '../../src/workbench/generate/column-types.js'
import { openPGlite } from '../support/open-pglite.js'

// A value of every type that PostgreSQL brings along and that a column may have, and of types of
// one's own. What comes back has to be what the generated type says.
const values: readonly (readonly [type: string, value: string])[] = [
  ['boolean', "'t'"],
  ['smallint', "'1'"],
  ['integer', "'1'"],
  ['bigint', "'1'"],
  ['oid', "'1'"],
  ['real', "'1.5'"],
  ['double precision', "'1.5'"],
  ['numeric(10,2)', "'1.5'"],
  ['money', "'1.5'"],
  ['text', "'x'"],
  ['character varying(20)', "'x'"],
  ['character(3)', "'x'"],
  ['"char"', "'x'"],
  ['name', "'x'"],
  ['uuid', "'00000000-0000-4000-8000-000000000001'"],
  ['bytea', "'\\x01'"],
  ['json', `'{"a": 1}'`],
  ['jsonb', `'{"a": 1}'`],
  ['xml', "'<x/>'"],
  ['date', "'2020-01-31'"],
  ['timestamp(3) without time zone', "'2020-01-31'"],
  ['timestamp with time zone', "'2020-01-31'"],
  ['time without time zone', "'12:00'"],
  ['time with time zone', "'12:00+01'"],
  ['interval', "'1 day'"],
  ['interval day to second(3)', "'1 day'"],
  ['bit(3)', "'101'"],
  ['bit varying(5)', "'101'"],
  ['inet', "'10.0.0.1'"],
  ['cidr', "'10.0.0.0/8'"],
  ['macaddr', "'08:00:2b:01:02:03'"],
  ['point', "'(1,2)'"],
  ['circle', "'<(1,2),3>'"],
  ['box', "'(1,2),(3,4)'"],
  ['int4range', "'[1,2)'"],
  ['numrange', "'[1,2)'"],
  ['tsrange', "'[2020-01-01,2020-01-02)'"],
  ['int4multirange', "'{[1,2)}'"],
  ['tsvector', "'x'"],
  ['regtype', "'text'"],
  ['regproc', "'now'"],
  ['regclass', "'pg_class'"],
  ['pg_lsn', "'0/1'"],
  ['xid', "'1'"],
  ['mood', "'up'"],
  ['"Odd mood"', "'up'"],
  ['pair', "'(1,x)'"],
  ['amount', "'1'"],
  ['moment', "'2020-01-31'"],
]

const own = `
  CREATE TYPE mood AS ENUM ('up', 'down');
  CREATE TYPE "Odd mood" AS ENUM ('up', 'down');
  CREATE TYPE pair AS (a integer, b text);
  CREATE DOMAIN amount AS bigint;
  CREATE DOMAIN moment AS timestamp;`

const columns = values.flatMap(([type, value], index) => [
  { name: `c${index}`, type, sql: `CAST(${value} AS ${type})` },
  { name: `a${index}`, type: `${type}[]`, sql: `ARRAY[CAST(${value} AS ${type}), NULL]` },
])

/** Whether a value is of a type, in the words of the generator. */
function isOf(type: string, value: unknown): boolean {
  if (type === 'unknown') return true
  if (type.endsWith('[]')) {
    const element = type.replace(/^\(?(.*?)( \| null\))?\[\]$/, '$1')
    return Array.isArray(value) && value.every((one) => one === null || isOf(element, one))
  }
  if (type === 'Date') return value instanceof Date
  if (type === 'Uint8Array') return value instanceof Uint8Array
  if (type === 'JsonValue') return typeof value === 'object' && !(value instanceof Date)
  if (type === 'Mood' || type === 'OddMood') return value === 'up' || value === 'down'
  return typeof value === type
}

function offences(row: Record<string, unknown>, typeOf: (column: string) => string): string[] {
  return columns
    .filter(({ name }) => !isOf(typeOf(name), row[name]))
    .map(({ name, type }) => `${type} is no ${typeOf(name)}: ${String(row[name])}`)
}

describe('a value is what the type of its column says', () => {
  const schema = `column types ${process.pid}`
  let pglite: PGlite
  let pool: pg.Pool
  let selects: Map<string, string>
  const parameter = (driver: 'driftpin' | 'nodePostgres') => (column: string) =>
    parameters.reduce(
      (type, one) => type.replace(new RegExp(`\\b${one.name}\\b`), one[driver]),
      selects.get(column)!,
    )

  beforeAll(async () => {
    pglite = await openPGlite()
    const { url } = inject('servers').at(0)!
    pool = new pg.Pool({ connectionString: url, max: 2 })
    const list = columns.map(({ name, sql }) => `${sql} AS ${name}`).join(', ')
    for (const database of [fromPGlite(pglite, { schema }), fromPg(pool, { schema })]) {
      await database.script(`CREATE SCHEMA "${schema}"; SET search_path = "${schema}"; ${own}
        CREATE TABLE everything AS SELECT ${list}; RESET search_path`)
    }
    const manifest = await readManifest(fromPGlite(pglite, { schema }))
    const names = new Map([
      ['mood', 'Mood'],
      ['Odd mood', 'OddMood'],
    ])
    const typeOf = createColumnTypes(manifest, names)
    selects = new Map(
      manifest.tables[0]!.columns.map(({ name, type }) => [name, typeOf(type).select]),
    )
  })
  afterAll(async () => {
    await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
    await pool.end()
    await pglite.close()
  })

  const read = async (database: Database) => {
    const { rows } = await database.query(`SELECT * FROM "${schema}".everything`)
    return rows[0]!
  }

  test('through our adapter of PGlite', async () => {
    const row = await read(fromPGlite(pglite, { schema }))
    expect(offences(row, parameter('driftpin'))).toEqual([])
  })

  test('through our adapter of node-postgres', async () => {
    expect(offences(await read(fromPg(pool, { schema })), parameter('driftpin'))).toEqual([])
  })

  test('through node-postgres as it comes', async () => {
    const { rows } = await pool.query(`SELECT * FROM "${schema}".everything`)
    expect(offences(rows[0], parameter('nodePostgres'))).toEqual([])
  })

  test('what the one driver gives is not taken for what the other does', async () => {
    const row = await read(fromPg(pool, { schema }))
    const found = offences(row, parameter('nodePostgres')).join()
    for (const type of ['bigint', 'date', 'moment', 'timestamp(3) without time zone[]']) {
      expect(found).toContain(`${type} is no`)
    }
  })

  test('unknown is said only where the two disagree', async () => {
    const { rows } = await pool.query(`SELECT * FROM "${schema}".everything`)
    const ours = await read(fromPg(pool, { schema }))
    const alike = columns
      .filter(({ name }) => selects.get(name) === 'unknown')
      .filter(({ name }) => typeof rows[0][name] === typeof ours[name])
      .filter(({ name }) => JSON.stringify(rows[0][name]) === JSON.stringify(ours[name]))
    expect(alike.map(({ type }) => type)).toEqual([])
  })
})
