import { describe, expect, test } from 'vitest'
import { DriftpinError } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

// Everything that the schema uses, with extreme values, and what a user might select besides.
// The same table runs on every engine, which is what makes the rows the same.
const values: { type: string; sql: string; value: unknown; sent?: unknown }[] = [
  { type: 'boolean', sql: 'true', value: true },
  { type: 'boolean', sql: 'false', value: false },
  { type: 'smallint', sql: '-32768', value: -32768 },
  { type: 'integer', sql: '2147483647', value: 2147483647 },
  { type: 'bigint', sql: '0', value: 0n },
  { type: 'bigint', sql: '9223372036854775807', value: 9223372036854775807n },
  { type: 'bigint', sql: '-9223372036854775808', value: -9223372036854775808n },
  { type: 'double precision', sql: "'NaN'", value: Number.NaN },
  { type: 'double precision', sql: "'-Infinity'", value: Number.NEGATIVE_INFINITY },
  { type: 'double precision', sql: '5e-324', value: 5e-324 },
  { type: 'double precision', sql: "'-0'", value: -0 },
  {
    type: 'numeric',
    sql: '123456789012345678901234567890.5',
    value: '123456789012345678901234567890.5',
  },
  { type: 'text', sql: "''", value: '' },
  { type: 'text', sql: "U&'\\+01F600 \\0301 \"\\\\'", value: '\u{1F600} \u0301 "\\' },
  {
    type: 'uuid',
    sql: "'00000000-0000-4000-8000-00000000000f'",
    value: '00000000-0000-4000-8000-00000000000f',
  },
  { type: 'bytea', sql: "''", value: new Uint8Array() },
  { type: 'bytea', sql: "'\\x00ff275c'", value: Uint8Array.of(0, 255, 39, 92) },
  { type: 'jsonb', sql: "'null'", value: null, sent: 'null' },
  { type: 'jsonb', sql: '\'{"a": [1, null, "b"]}\'', value: { a: [1, null, 'b'] } },
  { type: 'jsonb', sql: "'[1, 2]'", value: [1, 2], sent: '[1, 2]' },
  { type: 'jsonb', sql: '\'"text"\'', value: 'text', sent: '"text"' },
  { type: 'json', sql: '\'{"b":1}\'', value: { b: 1 } },
  {
    type: 'timestamptz',
    sql: "'2026-11-22 21:46:21.123+05:30'",
    value: new Date('2026-11-22T16:16:21.123Z'),
  },
  { type: 'timestamptz', sql: "'1970-01-01 00:00:00+00'", value: new Date(0) },
  {
    type: 'timestamptz',
    sql: "'0044-03-15 12:00:00+00 BC'",
    value: new Date('-000043-03-15T12:00:00Z'),
  },
  {
    type: 'timestamptz',
    sql: "'0001-02-28 12:00:00+00 BC'",
    value: new Date('0000-02-28T12:00:00Z'),
  },
  {
    type: 'timestamptz',
    sql: "'0001-02-29 12:00:00+00 BC'",
    value: new Date('0000-02-29T12:00:00Z'),
  },
  { type: 'timestamptz', sql: "'0099-01-01 00:00:00+00'", value: new Date('0099-01-01T00:00:00Z') },
  { type: 'timestamptz', sql: "'275760-09-13 00:00:00+00'", value: new Date(8.64e15) },
  { type: 'date', sql: "'2026-02-28'", value: '2026-02-28' },
  { type: 'timestamp', sql: "'2026-02-28 01:02:03.000004'", value: '2026-02-28 01:02:03.000004' },
  { type: 'text[]', sql: "'{}'", value: [] },
  {
    type: 'text[]',
    sql: "ARRAY['a,b', '\"', '\\', 'NULL', NULL, ' ', '{}']",
    value: ['a,b', '"', '\\', 'NULL', null, ' ', '{}'],
  },
  {
    type: 'integer[]',
    sql: "'{{1,2},{3,4}}'",
    value: [
      [1, 2],
      [3, 4],
    ],
  },
  { type: 'bigint[]', sql: "'{9223372036854775807}'", value: [9223372036854775807n] },
  {
    type: 'uuid[]',
    sql: "'{00000000-0000-4000-8000-00000000000f}'",
    value: ['00000000-0000-4000-8000-00000000000f'],
  },
  {
    type: 'bytea[]',
    sql: "ARRAY['\\x00ff'::bytea, '\\x']",
    value: [Uint8Array.of(0, 255), new Uint8Array()],
  },
  {
    type: 'timestamptz[]',
    sql: "ARRAY['1970-01-01 00:00:00+00'::timestamptz]",
    value: [new Date(0)],
  },
  { type: 'boolean[]', sql: "'{t,f,NULL}'", value: [true, false, null] },
  { type: 'jsonb[]', sql: 'ARRAY[\'{"a": 1}\'::jsonb, NULL]', value: [{ a: 1 }, null] },
]

describe.each(engineNames)('values on %s', (name) => {
  const engine = useEngine(name)

  test.each(values)('$type $sql comes back as the same value', async ({ type, sql, value }) => {
    const { rows } = await engine.database('public').query(`SELECT (${sql})::${type} AS value`)
    expect(rows).toStrictEqual([{ value }])
  })

  test.each(values)('$type $sql can be sent', async ({ type, sql, value, sent = value }) => {
    const { rows } = await engine
      .database('public')
      .query(`SELECT $1::${type}::text AS sent, (${sql})::${type}::text AS meant`, [sent])
    expect(rows[0]!.sent).toStrictEqual(rows[0]!.meant)
  })

  test.each(['America/St_Johns', 'Asia/Kolkata'])(
    'a timestamp from before standard time is exact in %s, where offsets have seconds',
    async (zone) => {
      const database = engine.database('public')
      const rows = await database.transaction(async (transaction) => {
        await transaction.query(`SELECT set_config('TimeZone', $1, true)`, [zone])
        return (await transaction.query("SELECT '1850-01-01 00:00:00.999+00'::timestamptz AS at"))
          .rows
      })
      expect(rows).toStrictEqual([{ at: new Date('1850-01-01T00:00:00.999Z') }])
    },
  )

  test.each(["'infinity'", "'-infinity'", "'275760-09-13 00:00:00.001+00'", "'294276-12-31'"])(
    'a timestamp that no Date can hold throws and says so: %s',
    async (sql) => {
      const database = engine.database('public')
      const error = await database.query(`SELECT ${sql}::timestamptz AS at`).catch((error) => error)
      expect(error).toBeInstanceOf(DriftpinError)
      expect(error.code).toBe('value_out_of_range')
      expect(error.message).toContain('Select it as text')
      expect((await database.query('SELECT 1 AS one')).rows).toStrictEqual([{ one: 1 }])
    },
  )

  test('microseconds are cut to milliseconds and never rounded up', async () => {
    const { rows } = await engine.database('public').query(
      `SELECT array_agg('2026-01-01 00:00:00+00'::timestamptz + n * interval '1 ms' +
                interval '999 us' ORDER BY n) AS times FROM generate_series(0, 999) n`,
    )
    const first = Date.UTC(2026, 0, 1)
    const times = rows[0]!.times as Date[]
    expect(times.map((time) => time.getTime() - first)).toStrictEqual(
      Array.from({ length: 1000 }, (_, n) => n),
    )
  })

  test('enums are strings, and their arrays are text until they are cast', async () => {
    const database = await engine.install()
    const { rows } = await database.query(
      `SELECT 'running'::"${database.schema}".chat_status AS status,
              ARRAY['running']::"${database.schema}".chat_status[] AS raw,
              ARRAY['running']::"${database.schema}".chat_status[]::text[] AS cast`,
    )
    expect(rows).toStrictEqual([{ status: 'running', raw: '{running}', cast: ['running'] }])
  })

  test.each([
    ['a function', () => {}],
    ['a symbol', Symbol('x')],
    ['an invalid Date', new Date(Number.NaN)],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in an array', ['\udc00']],
  ])('%s is refused as a value', async (_, value) => {
    const query = engine.database('public').query('SELECT $1::text', [value])
    await expect(query).rejects.toMatchObject({ name: 'DriftpinError', code: 'invalid_input' })
  })

  test('bytes come back the same with bytea_output = escape', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const rows = await engine.database('public').transaction(async (transaction) => {
      await transaction.script('SET LOCAL bytea_output = escape')
      return (await transaction.query('SELECT $1::bytea AS bytes', [all])).rows
    })
    expect(rows).toStrictEqual([{ bytes: all }])
  })
})
