import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { type LintReport, lintMigrations } from '../../src/workbench/index.js'
import { lintRules } from '../../src/workbench/lint/lint-rules.js'
import { badSilence } from '../../src/workbench/lint/silence.js'
import { openPGlite } from '../support/open-pglite.js'
import { plantedInCatalog } from './lint-planted-catalog.js'
import { type Planted, plantedInFiles } from './lint-planted-files.js'
import { plantedForSquawk } from './lint-planted-squawk.js'
import { nameOfPair, writePairs } from './write-pairs.js'

const planted: readonly Planted[] = [...plantedInFiles, ...plantedForSquawk, ...plantedInCatalog]

const pairsOf = ({ pairs }: Planted) => pairs
/** The place of the first pair of each among all. */
const starts = planted.map((_, index) => planted.slice(0, index).flatMap(pairsOf).length)

// All in one folder, once: each run starts PostgreSQL.
let report: Promise<LintReport> | undefined
const lintPlanted = async () => {
  report ??= lintMigrations({
    migrations: await writePairs(planted.flatMap(pairsOf)),
    owners: ['fleets'],
    mirrors: [['live', 'pins']],
  })
  return await report
}

/** Where the planted files say that something is to be found. */
function marksOf(one: Planted, start: number): string[] {
  return one.pairs.flatMap(([up, down], index) =>
    [down, up].flatMap((text, side) =>
      text.split('\n').flatMap((line, number) => {
        const file = `${nameOfPair(start + index)}.${side ? 'up' : 'down'}.sql`
        return line.endsWith('-- found') ? [`${file}:${number + 1}`] : []
      }),
    ),
  )
}

test.each(planted)('$rule finds what was planted and nothing else', async (one) => {
  const { findings: all, unchecked } = await lintPlanted()
  const start = starts[planted.indexOf(one)]!
  const own = one.pairs.map((_, index) => nameOfPair(start + index))
  const findings = all.filter(
    ({ rule, file }) => rule === one.rule && own.some((name) => file.startsWith(name)),
  )
  expect(unchecked).toEqual([])
  expect(marksOf(one, start).length).toBeGreaterThan(0)
  const places = new Set(findings.map(({ file, line }) => `${file}:${line}`))
  expect([...places]).toEqual(marksOf(one, start))
  for (const { text, message, fix } of findings) {
    expect(text).toContain('-- found')
    expect(message).toMatch(/\.$/)
    expect(fix).toMatch(/\.$/)
  }
})

test('every rule has planted defects', () => {
  const ids = lintRules.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const elsewhere = ['up-without-down']
  expect([...planted.map(({ rule }) => rule), ...elsewhere].sort()).toEqual(ids.sort())
})

test('a rule says in one sentence why it matters, and what to do', () => {
  for (const { id, why, instead } of [...lintRules, badSilence]) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(why).toMatch(/^[A-Z][^.]*\.$/)
    expect(instead).toMatch(/^[A-Z].*\.$/s)
  }
})

test('our own migrations are clean, and the rules that look at them have something to see', async () => {
  const report = await lintMigrations()
  expect(report).toMatchObject({ findings: [], unchecked: [], silenced: 7 })
  const wrong = lintMigrations({ owners: ['chats', 'unicorns'] })
  await expect(wrong).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('unicorns'),
  })
  const skewed = [['chat_context_resources', 'workspace_agent_context_snapshots']] as const
  const { findings } = await lintMigrations({ mirrors: skewed })
  expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['mirror-out-of-step']))
})

test('an owner may be in any schema, and have its column named', async () => {
  const folder = await writePairs([
    [
      `CREATE SCHEMA app;
       CREATE TABLE app.chats (id int CONSTRAINT chats_pkey PRIMARY KEY);
       CREATE TABLE app.notes (chat_id int, talk int);
       CREATE TABLE users (id int CONSTRAINT users_pkey PRIMARY KEY);
       CREATE TABLE logins (user_id int);`,
      '-- destroys: app, users, logins\nDROP SCHEMA app CASCADE; DROP TABLE users, logins;',
    ],
  ])
  const messages = async (...owners: string[]) => {
    const { findings } = await lintMigrations({ migrations: folder, owners })
    return findings.map(({ message }) => message)
  }
  expect(await messages('app.chats', 'public.users')).toEqual([
    'app.notes.chat_id has the name of a key of app.chats but no foreign key to it.',
    'logins.user_id has the name of a key of users but no foreign key to it.',
  ])
  expect(await messages('app.chats.talk')).toEqual([
    'app.notes.talk has the name of a key of app.chats but no foreign key to it.',
  ])
  await expect(messages('app.chat')).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('app.chats'),
  })
})

test('an up without a down is found where it begins, unless the folder goes only forward', async () => {
  const folder = await writePairs([
    ['\n-- Boats.\nCREATE TABLE boats (a int);', null],
    ['CREATE TABLE sails (a int);', '-- destroys: sails\nDROP TABLE sails;'],
  ])
  const { findings } = await lintMigrations({ migrations: folder })
  expect(findings).toMatchObject([{ rule: 'up-without-down', line: 3, column: 1 }])
  const forward = await lintMigrations({ migrations: folder, forwardOnly: true })
  expect(forward.findings).toEqual([])
})

// What the message of the rule says about versions, and why the rule looks further than the engine.
test('a new value of a new type works here and fails on an old server', async () => {
  const script =
    "BEGIN; CREATE TYPE hull AS ENUM ('oak'); ALTER TYPE hull ADD VALUE 'ash'; SELECT 'ash'::hull; ROLLBACK"
  const pglite = await openPGlite()
  await pglite.exec(script)
  await pglite.close()
  const client = new pg.Client({ connectionString: inject('servers')[0]!.url })
  await client.connect()
  await expect(client.query(script)).rejects.toMatchObject({ code: '55P04' })
  await client.end()
})
