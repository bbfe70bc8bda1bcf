import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dumpRows } from '../../src/catalog/index.js'
import { openHarness } from '../../src/harness/index.js'
import { openImage } from '../../src/harness/open-image.js'
import type { EmbeddedTestDatabase } from '../../src/harness/test-database.js'
import { createChat } from '../../src/index.js'
import { run as runProgram } from '../support/run-command.js'
import { type FixtureProject, openFixtureProject, type SuiteRun } from './fixture-project.js'

let project: FixtureProject
let run: SuiteRun

beforeAll(async () => {
  project = await openFixtureProject()
  run = await project.vitest(['evidence'])
})

const kept = async () => (await readdir(join(project.folder, '.driftpin/failed'))).sort()

afterAll(() => project?.close())

/** The path of the image that the message for a test names. */
function imageOf(words: string): string {
  const message = new RegExp(`${words} (?:failed\\.|ended with)[^]*?driftpin open (\\S+)`)
  const path = message.exec(run.stderr)?.[1]
  expect(path, words).toMatch(/^\.driftpin\/failed\/[a-z0-9-]+\.image$/)
  return join(project.folder, path!)
}

const boats = async (db: EmbeddedTestDatabase) =>
  (await db.query<{ name: string }>('SELECT * FROM boats ORDER BY id')).rows

const names = async (db: EmbeddedTestDatabase) => (await boats(db)).map(({ name }) => name)

test('the message of a failed test leads to a database with its rows', async () => {
  await using db = await openImage(imageOf('with rows'))
  expect(await names(db)).toEqual(['Anna\'s \\ "boat"\nII', 'Beagle'])
})

test('the command in the message works as it was printed', async () => {
  const path = imageOf('with rows').slice(project.folder.length + 1)
  expect(run.stderr).toContain(`npx driftpin open ${path}`)
  const main = join(project.folder, 'node_modules/driftpin/dist/cli/main.js')
  const args = [main, 'open', path, '--query', 'SELECT label FROM boats WHERE tug IS NOT NULL']
  const opened = await runProgram(process.execPath, args, { cwd: project.folder })
  expect(opened.stdout).toContain('ANNA\'S \\ "BOAT"\\nII')
  expect(opened.code).toBe(0)
})

test('the rows load into a fresh database and are the same there', async () => {
  const image = imageOf('with rows')
  const migrations = join(project.folder, 'migrations')
  const seed = join(project.folder, 'seed.sql')
  await using kept = await openImage(image)
  await using harness = await openHarness({ migrations, seed })
  await using fresh = await harness.createDatabase()
  await fresh.script(await readFile(image.replace(/image$/, 'sql'), 'utf8'))
  expect(await boats(fresh)).toEqual(await boats(kept))
  const next = "SELECT nextval('boats_id_seq')::int AS n"
  expect((await fresh.query(next)).rows).toEqual((await kept.query(next)).rows)
})

test("the rows of driftpin's own schema load over a fresh one", async () => {
  await using harness = await openHarness()
  await using one = await harness.createDatabase()
  await using other = await harness.createDatabase()
  await createChat(one, { ownerId: '6a9b8c1e-0000-4000-8000-000000000001', title: "it's" })
  const rows = await dumpRows(one)
  await other.script(rows)
  expect(await dumpRows(other)).toBe(rows)
  expect(rows).toContain("'it''s'")
})

test('an open transaction is in the image, and what was committed in the rows', async () => {
  const image = imageOf('in a transaction')
  await using db = await openImage(image)
  expect(await names(db)).toEqual(['Calypso', 'Dunbrody'])
  const rows = await readFile(image.replace(/image$/, 'sql'), 'utf8')
  expect(rows).toContain("'Calypso'")
  expect(rows).not.toContain("'Dunbrody'")
})

test('a transaction that was aborted leaves what was committed before it', async () => {
  const rows = await readFile(imageOf('that was aborted').replace(/image$/, 'sql'), 'utf8')
  expect(rows).toContain("'Endeavour'")
})

test('the rows of a transaction around the test are kept before it is undone', async () => {
  const image = imageOf('inside a rollback')
  await using db = await openImage(image)
  expect(await names(db)).toEqual(['Jeannette'])
  expect(await readFile(image.replace(/image$/, 'sql'), 'utf8')).toContain("'Jeannette'")
})

test('a leak is kept as well, with its session', async () => {
  await using db = await openImage(imageOf('by a leak'))
  const { rows } = await db.query('SELECT pg_listening_channels() AS channel')
  expect(rows).toEqual([{ channel: 'horn' }])
})

test('nothing is kept of a test that passed, in the end or by failing as it should', async () => {
  const files = (await kept()).filter((name) => name !== '.gitignore')
  expect(files).toHaveLength(10)
  expect(files.filter((name) => !name.includes('failing'))).toEqual([])
  expect(files.filter((name) => name.includes('without-a-trace'))).toEqual([])
  const { mode } = await stat(join(project.folder, '.driftpin/failed', files[0]!))
  expect(mode & 0o077).toBe(0)
})

test('git ignores what is kept', async () => {
  expect(await readFile(join(project.folder, '.driftpin/failed/.gitignore'), 'utf8')).toBe('*\n')
})

test('what a test left stays until that test passes, whatever else runs', async () => {
  const before = await kept()
  await project.vitest(['owned'])
  const owned = (await kept()).filter((name) => !before.includes(name))
  expect(owned).toEqual([
    expect.stringMatching(/failing-beside-another-of-its-name-\w+\.image$/),
    expect.stringMatching(/failing-beside-another-of-its-name-\w+\.sql$/),
    expect.stringMatching(/failing-until-it-is-mended-\w+\.image$/),
    expect.stringMatching(/failing-until-it-is-mended-\w+\.sql$/),
  ])
  await project.vitest(['pair-one'])
  expect(await kept()).toEqual([...before, ...owned].sort())
  await project.vitest(['owned'], ['-t', 'until it is mended'], { MENDED: '1' })
  expect(await kept()).toEqual([...before, ...owned.slice(0, 2)].sort())
  await project.vitest(['owned'], [], { MENDED: '1' })
  expect(await kept()).toEqual(before)
})

test('ten images are kept, and of what fails after them the rows', async () => {
  await rm(join(project.folder, '.driftpin/failed'), { recursive: true })
  const many = await project.vitest(['many'])
  const files = await kept()
  expect(files.filter((name) => name.endsWith('.image'))).toHaveLength(10)
  expect(files.filter((name) => name.endsWith('.sql'))).toHaveLength(12)
  const told = /The rows of its database are kept \(10 databases are kept already\): \S+\.sql/g
  expect(many.stderr.match(told)).toHaveLength(2)
})

test('another try of a test takes the place of the one before', async () => {
  const before = await kept()
  const many = await project.vitest(['many'], ['--retry=1'])
  expect(await kept()).toEqual(before)
  expect(many.stderr.match(/Its database is kept: /g)).toHaveLength(20)
  expect(many.stderr.match(/The rows of its database are kept .*: \S+\.sql/g)).toHaveLength(4)
})
