import { describe, expect, test } from 'vitest'
import { DriftpinError } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { typeValues } from './type-values.js'

describe.each(engineNames)('values on %s', (name) => {
  const engine = useEngine(name)

  test.each(typeValues)('$type $sql comes back as the same value', async ({ type, sql, value }) => {
    const { rows } = await engine.database('public').query(`SELECT (${sql})::${type} AS value`)
    expect(rows).toStrictEqual([{ value }])
  })

  test.each(typeValues)('$type $sql can be sent', async ({ type, sql, value, sent = value }) => {
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
