import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { explainSqlError, renderResult, resultRows } from '../../src/cli/statement-results.js'
import {
  type OnNotice,
  runOnClient,
  runOnPGlite,
  type StatementResult,
} from '../../src/cli/statements.js'
import { openPGlite } from '../support/open-pglite.js'

interface Asked {
  ask(text: string): Promise<StatementResult[]>
  /** What it said beside, since it was asked last. */
  heard(): string[]
  close(): Promise<void>
}

function asking(
  ask: (text: string, hear: OnNotice) => Promise<StatementResult[]>,
  close: () => Promise<void>,
): Asked {
  let notices: string[] = []
  return {
    ask: (text) => {
      notices = []
      return ask(text, (notice) => notices.push(notice))
    },
    heard: () => notices,
    close,
  }
}

const engines: [string, () => Promise<Asked>][] = [
  [
    'PGlite',
    async () => {
      const pglite: PGlite = await openPGlite()
      return asking(
        (text, hear) => runOnPGlite(pglite, text, hear),
        () => pglite.close(),
      )
    },
  ],
  ...inject('servers').map(({ major, url }): [string, () => Promise<Asked>] => [
    `PostgreSQL ${major}`,
    async () => {
      const pool = new pg.Pool({ connectionString: url, max: 1 })
      const ask = async (text: string, hear: OnNotice) => {
        const client = await pool.connect()
        return await runOnClient(client, text, hear).finally(() => client.release(true))
      }
      return asking(ask, () => pool.end())
    },
  ]),
]

const one = (answers: readonly StatementResult[]): StatementResult => answers[0]!

describe.each(engines)('statements as they were typed, on %s', (_, open) => {
  let asked: Asked
  beforeAll(async () => {
    asked = await open()
  })
  afterAll(async () => {
    await asked.close()
  })

  /** The same value as psql would print it: `format` uses the output function of its type. */
  test.each([
    'true',
    '1.50::numeric',
    '9007199254740993::int8',
    `'infinity'::timestamptz`,
    `'2026-03-07 12:00:00.123456+00'::timestamptz`,
    `'4713-01-01 00:00:00 BC'::timestamp`,
    `'\\x00ff'::bytea`,
    `'{"a": [1, null]}'::jsonb`,
    `ARRAY[1, NULL, 3]`,
    `ARRAY['a b', '"', 'NULL', '']`,
    `'1 day 02:03:04'::interval`,
    `ROW(1, 'x', NULL)`,
    `int4range(1, 5)`,
    `''`,
    `'NaN'::float8`,
  ])('%s is the text that PostgreSQL has for it', async (value) => {
    const { rows } = one(await asked.ask(`SELECT ${value} AS it, format('%s', ${value})`))
    expect(rows[0]![0]).toBe(rows[0]![1])
  })

  test('NULL is no text, and columns of one name are all there', async () => {
    const answer = one(await asked.ask('SELECT NULL AS a, 1 AS a, 2 AS b, 3 AS a'))
    expect(answer.rows).toEqual([[null, '1', '2', '3']])
    expect(resultRows(answer)).toEqual([{ a: null, a_2: 1, b: 2, a_3: 3 }])
  })

  test('big integers and bytes have a form in JSON', async () => {
    const answer = one(
      await asked.ask(
        String.raw`SELECT 7::int8 AS a, 9007199254740993 AS b, '\xff'::bytea AS c, '{7}'::int8[] AS d`,
      ),
    )
    const rows = JSON.parse(JSON.stringify(resultRows(answer)))
    expect(rows).toEqual([{ a: 7, b: '9007199254740993', c: 'ff', d: [7] }])
  })

  test('each of several statements has its answer, and what the server says beside', async () => {
    const answers = await asked.ask(
      'DROP TABLE IF EXISTS boats; CREATE TABLE boats (name text); ' +
        "INSERT INTO boats VALUES ('a'), ('b'); SELECT * FROM boats; DROP TABLE boats",
    )
    expect(answers.map(({ command }) => command)).toEqual([
      'DROP',
      'CREATE',
      'INSERT',
      'SELECT',
      'DROP',
    ])
    expect(answers.map((answer) => renderResult(answer, undefined))[2]).toBe('INSERT 2')
    expect(answers[3]!.rows).toEqual([['a'], ['b']])
    expect(asked.heard()).toEqual(['NOTICE: table "boats" does not exist, skipping'])
  })

  test('what was said before an error is heard all the same', async () => {
    const text = "DO $$ BEGIN RAISE NOTICE 'begun'; RAISE EXCEPTION 'no'; END $$"
    await expect(asked.ask(text)).rejects.toThrow('no')
    expect(asked.heard()).toEqual(['NOTICE: begun'])
  })

  test('of several statements none has happened where one fails', async () => {
    await expect(asked.ask('CREATE TABLE half (); SELECT 1 / 0')).rejects.toMatchObject({
      code: '22012',
    })
    expect(one(await asked.ask("SELECT to_regclass('half')")).rows).toEqual([[null]])
  })

  test('what would be lost or hang is refused, and said to be', async () => {
    await asked.ask('CREATE TABLE IF NOT EXISTS kept (i int)')
    await expect(asked.ask('BEGIN; INSERT INTO kept VALUES (1)')).rejects.toThrow('rolled back')
    await expect(asked.ask('COPY kept FROM STDIN')).rejects.toThrow('COPY FROM STDIN')
    await expect(asked.ask('COPY kept TO STDOUT')).rejects.toThrow('COPY TO STDOUT')
    await expect(asked.ask(String.raw`\d kept`)).rejects.toThrow('psql command')
    await expect(asked.ask(' -- nothing\n')).rejects.toThrow('no statement')
  })

  test('an error says where, by line and column, whatever stands before it', async () => {
    const text = "SELECT '潮汐 😀', E'\\t'\n  , 'é' AS x,\tnope\nFROM pg_class"
    const error = await asked.ask(text).catch((error) => explainSqlError(text, error))
    const [first, line, caret] = (error as Error).message.split('\n')
    expect(first).toBe('column "nope" does not exist (SQLSTATE 42703)')
    expect(line).toBe("  2 |   , 'é' AS x,\\tnope")
    expect(line!.slice(caret!.indexOf('^'))).toBe('nope')
  })
})

test('an error beside a long line shows the part where it is', () => {
  const text = `SELECT ${'1, '.repeat(100)}nope, ${'2, '.repeat(100)}3`
  const position = text.indexOf('nope') + 1
  const error = { message: 'm', code: '42703', severity: 'ERROR', position, hint: 'h\u001b[2J' }
  const { message } = explainSqlError(text, error) as Error
  const [, line, caret, hint] = message.split('\n')
  expect(line!.slice(caret!.indexOf('^'))).toMatch(/^nope, 2/)
  expect(line!.length).toBeLessThan(140)
  expect(hint).toBe('Hint: h\\u{1b}[2J')
})

test('an error that PostgreSQL did not make stays what it is', () => {
  const error = new Error('lost')
  expect(explainSqlError('SELECT 1', error)).toBe(error)
})
