import { describe, expect, test } from 'vitest'
import { leakMigrations, looksExpected, seenLeaks } from '../support/session-leaks.js'
import { failure, step, steps, useFolders } from './use-folders.js'

const { database, apply, ran, indexes } = useFolders()

describe('a migration that no transaction may hold', () => {
  test.each([
    ['an index made concurrently', 'CREATE UNIQUE INDEX CONCURRENTLY i ON ran (at);'],
    ['an index made concurrently behind a comment', 'CREATE/**/INDEX CONCURRENTLY i ON ran (at);'],
    ['VACUUM', 'CREATE INDEX i ON ran (at);\nVACUUM ran;'],
    ['a body that commits', 'DO $$BEGIN CREATE INDEX i ON ran (at); COMMIT; END$$;'],
    ['a transaction of its own', 'BEGIN;\nCREATE INDEX i ON ran (at);\nCOMMIT;'],
    ['several of its own', 'BEGIN; SELECT 1; COMMIT;\nCREATE INDEX i ON ran (at);\nBEGIN; END;'],
    ['the end of the transaction around it', 'COMMIT;\nCREATE INDEX i ON ran (at);\nBEGIN;'],
    ['one that it leaves open', 'VACUUM ran;\nBEGIN;\nCREATE INDEX i ON ran (at) -- last'],
    ['a savepoint', 'BEGIN; SAVEPOINT s; ROLLBACK TO s; CREATE INDEX i ON ran (at); COMMIT;'],
    ['both kinds', 'BEGIN; SELECT 1; COMMIT; CREATE INDEX CONCURRENTLY i ON ran (at);'],
  ])('because of %s is run', async (_, text) => {
    await apply({ ...steps('1_a.sql'), '2_b.sql': text, ...steps('3_c.sql') })
    expect(await indexes()).toEqual(['i'])
    expect(await ran()).toEqual(['1_a.sql', '3_c.sql'])
  })

  test.each([
    ['plainly', "ALTER TYPE mood ADD VALUE 'calm';\nINSERT INTO moods VALUES ('calm');"],
    [
      'where no text tells',
      "ALTER TYPE mood ADD VALUE 'calm';\n" +
        "DO $$BEGIN EXECUTE 'INSERT INTO moods VALUES (''ca' || 'lm'')'; END$$;",
    ],
  ])('because it uses a new value of an enum %s is run', async (_, text) => {
    const first = "CREATE TYPE mood AS ENUM ('wild'); CREATE TABLE moods (mood mood);"
    await apply({ '1_a.sql': first, '2_b.sql': text })
    expect((await database().query('SELECT mood FROM moods')).rows).toEqual([{ mood: 'calm' }])
  })
})

test('what the text tells is not tried in a transaction first, as sequences show', async () => {
  const first = "CREATE TYPE mood AS ENUM ('wild'); CREATE TABLE moods (n serial, mood mood);"
  const second =
    "INSERT INTO moods (mood) VALUES ('wild');\nALTER TYPE mood ADD VALUE 'calm';\n" +
    "INSERT INTO moods (mood) VALUES ('calm');"
  await apply({ '1_a.sql': first, '2_b.sql': second })
  const { rows } = await database().query('SELECT n, mood FROM moods ORDER BY n')
  expect(rows).toEqual([
    { n: 1, mood: 'wild' },
    { n: 2, mood: 'calm' },
  ])
})

test('what a file sets for the session is taken back after it', async () => {
  const settings = () =>
    database().query(`SELECT current_setting('search_path') AS path, current_user, session_user,
                           current_setting('check_function_bodies') AS bodies`)
  const { rows: before } = await settings()
  const sets =
    "SELECT pg_catalog.set_config('search_path', '', false);\n" +
    'SET check_function_bodies = false;\nSET ROLE pg_monitor;\n'
  await apply({ '1_a.sql': sets, ...steps('2_b.sql') })
  expect(await ran()).toEqual(['2_b.sql'])
  await failure(apply({ '1_a.sql': `-- migrate:up transaction:false\n${sets}SELECT 1 / 0` }))
  expect((await settings()).rows).toEqual(before)
  await apply({ '1_a.sql': 'SET SESSION AUTHORIZATION pg_monitor', '2_b.sql': 'CREATE TABLE b ()' })
  expect((await settings()).rows).toEqual(before)
})

test.each([
  ['pairs', '.up.sql', 'pairs'],
  ['forward-only files', '.sql', 'forward-only'],
])('every migration of %s begins as if it ran alone', async (_, ending, tool) => {
  const files = leakMigrations.map((text, index) => [`${index + 1}_step${ending}`, text])
  expect(await apply(Object.fromEntries(files))).toBe(tool)
  expect(await seenLeaks(database(), 'public')).toEqual({ seen: [], looks: looksExpected })
})

test('without a transaction stays what ran before the failure, and else nothing', async () => {
  const rest = `${step('kept')}SELECT 1 / 0;`
  await failure(apply({ '1_a.sql': `-- migrate:up transaction:false\n${rest}` }))
  expect(await ran()).toEqual(['kept'])
  await database().script('DROP TABLE ran')
  await failure(apply({ '1_a.sql': `-- migrate:up\n${rest}` }))
  expect((await database().query("SELECT to_regclass('ran') AS ran")).rows).toEqual([{ ran: null }])
})

describe('a migration that fails', () => {
  const text = 'SELECT 1;\n\nSELECT 1 / 0;\n'
  const late =
    'CREATE TABLE a (n int PRIMARY KEY, m int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n' +
    'INSERT INTO a VALUES (1, 2);'

  test.each([
    ['a pair', 'pairs', '1_a.up.sql', text, 'line 3'],
    ['forward-only', 'forward-only', '1_a.sql', text, 'line 3'],
    ['a goose section', 'forward-only', '1_a.sql', `-- +goose Up\n${text}`, 'line 4'],
    ['Prisma', 'prisma', '1_a/migration.sql', text, 'line 3'],
    ['a BEGIN around it', 'prisma', '1_a/migration.sql', `BEGIN;\n${text}COMMIT;`, 'line 4'],
    ['no transaction', 'prisma', '1_a/migration.sql', `VACUUM;\n${text}`, 'line 4'],
    ['its own transaction', 'prisma', '1_a/migration.sql', `VACUUM;\nBEGIN;${text}`, 'line 2'],
    ['a commit that fails', 'prisma', '1_a/migration.sql', late, 'when it was committed'],
  ])(
    'with %s is named with its tool, its place and the cause',
    async (_, tool, file, sql, place) => {
      const error = await failure(apply({ [file]: sql }))
      expect(error.code).toBe('migration_failed')
      expect(error.message).toContain(`(${tool}): ${file} failed`)
      expect(error.message).toContain(place)
      expect(error.cause.code).toMatch(/^(22012|23503)$/)
      expect((await database().query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    },
  )

  test('of Drizzle has its own lines, and leaves what ran before it', async () => {
    const error = await failure(
      apply({
        'meta/_journal.json': '{"entries":[{"tag":"0_a"},{"tag":"1_b"}]}',
        ...steps('0_a.sql'),
        '1_b.sql': 'CREATE TABLE b (n int)--> statement-breakpoint\nSELEC 1',
      }),
    )
    expect(error.message).toContain('(drizzle): 1_b.sql failed in line 2')
    expect(error.cause.code).toBe('42601')
    expect(await ran()).toEqual(['0_a.sql'])
    expect((await database().query("SELECT to_regclass('b') AS b")).rows).toEqual([{ b: null }])
  })
})
