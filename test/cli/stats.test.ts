import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { statsCommand } from '../../src/cli/stats-command.js'
import { createMigrator, fromPg, tableNames } from '../../src/index.js'
import { makeWorld } from '../context/make-world.js'
import { printedBy } from './printed-by.js'
import { refusalOf } from './refusal-of.js'

const { url } = inject('servers').at(-1)!
const schema = 'stats printed'
const place = ['--database', url, '--schema', schema]
let pool: pg.Pool

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: url, max: 2 })
  const database = fromPg(pool, { schema })
  await createMigrator(database).up()
  await makeWorld(database)
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
  await pool.end()
})

test('tables are told to a person with estimates that are called so', async () => {
  await pool.query(`ANALYZE "${schema}".chats`)
  const printed = await printedBy(statsCommand(), ...place)
  expect(printed).toMatch(/chats\s+about 2\s/)
  expect(printed).toMatch(/workspaces\s+unknown\s/)
  expect(printed).toContain('1 chat past retention')
  expect(printed).toContain('2 snapshots, 0 with an error')
  expect(printed).toContain('--exact')
})

test('and chats by state where they are asked for', async () => {
  const printed = await printedBy(statsCommand(), ...place, '--exact', '--retention-days', '0')
  expect(printed).toContain('2 chats: 2 with pins, 1 archived')
  expect(printed).toMatch(/1 dirty, the oldest .*, of 1 agent/)
  expect(printed).toContain('0 chats past retention')
})

test('JSON has every table, and null for what was not counted', async () => {
  const stats = JSON.parse(await printedBy(statsCommand(), ...place, '--json'))
  expect(stats).toMatchObject({ expiredChats: 1, snapshots: 2, chats: null })
  expect(stats.tables.map(({ name }: { name: string }) => name)).toEqual(tableNames)
  const exact = JSON.parse(await printedBy(statsCommand(), ...place, '--json', '--exact'))
  expect(exact.chats).toMatchObject({ count: 2, dirty: 1, agentsWithDrift: 1 })
})

test('a schema without the tables, and days that are none, are wrong use', async () => {
  const elsewhere = ['--database', url, '--schema', 'none of ours']
  for (const args of [elsewhere, [...place, '--retention-days', 'x']]) {
    expect((await refusalOf(statsCommand(), args)).exitCode).toBe(exitCodes.wrongUse)
  }
})
