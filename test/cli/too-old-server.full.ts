import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { migrateCommand } from '../../src/cli/migrate-command.js'
import { openHarness } from '../../src/harness/index.js'
import { assertSchemaCurrent, createMigrator, type Database, fromPg } from '../../src/index.js'
import { type RealServer, startRealServer } from '../support/real-server.js'
import { refusalOf } from './refusal-of.js'

let server: RealServer
let pool: pg.Pool
let database: Database

beforeAll(async () => {
  server = await startRealServer(13)
  pool = new pg.Pool({ connectionString: server.url })
  pool.on('error', () => {})
  database = fromPg(pool, { schema: 'chat' })
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

const told = /The server is PostgreSQL 13\.\d+, .* PostgreSQL 14 and newer/
const refused = { code: 'server_unsupported', message: expect.stringMatching(told) }

test('PostgreSQL 13 is refused by whatever would write, and nothing is written', async () => {
  await expect(createMigrator(database).up()).rejects.toMatchObject(refused)
  await expect(assertSchemaCurrent(database)).rejects.toMatchObject(refused)
  await expect(openHarness({ server: server.url })).rejects.toMatchObject(refused)
  const { rows } = await pool.query(
    `SELECT (SELECT count(*) FROM pg_database WHERE NOT datistemplate)::int AS databases,
            (SELECT count(*) FROM pg_namespace WHERE nspname = 'chat')::int AS schemas`,
  )
  expect(rows).toEqual([{ databases: 1, schemas: 0 }])
})

test('PostgreSQL 13 is refused on the command line in one line', async () => {
  const { exitCode, message } = await refusalOf(migrateCommand(), ['up', '--database', server.url])
  expect(exitCode).toBe(exitCodes.wrongUse)
  expect(message).toMatch(told)
  expect(message.split('\n')).toHaveLength(1)
})
