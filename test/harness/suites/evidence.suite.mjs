import { databaseTest } from 'driftpin/vitest'
import { expect } from 'vitest'

const test = databaseTest({ migrations: 'migrations' })

test('a test that passes', async ({ db }) => {
  await db.query("INSERT INTO boats (name) VALUES ('Argo')")
})

test("it's FAILING, with rows", async ({ db }) => {
  await db.query(
    `INSERT INTO boats (name, bytes, seen, crew, ports) VALUES
       ('Anna''s \\ "boat"' || E'\\nII', '\\x00ff', '2026-02-03 04:05:06.789+02',
        '{"cook": null}', '{"a,b",NULL}'),
       ('Beagle', NULL, NULL, NULL, NULL)`,
  )
  await db.query('UPDATE boats SET tug = 2 WHERE id = 1')
  await db.query("SELECT nextval('boats_id_seq')")
  throw new Error('planted')
})

test('FAILING in a transaction', async ({ db }) => {
  await db.query("INSERT INTO boats (name) VALUES ('Calypso')")
  await db.pglite.exec("BEGIN; INSERT INTO boats (name) VALUES ('Dunbrody')")
  throw new Error('planted')
})

test('FAILING in a transaction that was aborted', async ({ db }) => {
  await db.query("INSERT INTO boats (name) VALUES ('Endeavour')")
  await db.pglite.exec('BEGIN; SELECT 1 / 0')
})

test('FAILING by a leak', async ({ db }) => {
  await db.query("INSERT INTO boats (name) VALUES ('Fram')")
  await db.pglite.exec('LISTEN horn')
})

let tries = 0
test('a retry that passes', { retry: 1 }, async ({ db }) => {
  await db.query("INSERT INTO boats (name) VALUES ('Gjoa')")
  tries += 1
  expect(tries).toBe(2)
})

test.fails('a test that is to fail', async ({ db }) => {
  await db.query("INSERT INTO boats (name) VALUES ('Hecla')")
  throw new Error('planted')
})

databaseTest({ migrations: 'migrations', keepFailed: false })(
  'FAILING without a trace',
  async ({ db }) => {
    await db.query("INSERT INTO boats (name) VALUES ('Investigator')")
    throw new Error('planted')
  },
)

databaseTest({ migrations: 'migrations', isolation: 'rollback' })(
  'FAILING inside a rollback',
  async ({ db }) => {
    await db.query("INSERT INTO boats (name) VALUES ('Jeannette')")
    throw new Error('planted')
  },
)
