import { expect, test } from 'vitest'
import { bundledFixtures } from '../../src/workbench/generated/fixtures.js'
import { verifyMigrations } from '../../src/workbench/index.js'
import { ourMigrations } from '../support/our-migrations.js'
import { verifyFolder } from './verify-folder.js'

test('keys of chats that are checked at once are found, with what to do', async () => {
  const migrations = ourMigrations.map((migration) => {
    if (migration.name !== 'defer_chat_keys') return migration
    const { up, down } = migration
    return { ...migration, up: { ...up, text: '' }, down: { ...down!, text: '' } }
  })
  const { findings } = await verifyMigrations({ migrations, fixtures: bundledFixtures })
  expect(findings.map(({ check }) => check)).toEqual(['key order'])
  const [{ message, difference }] = findings as [(typeof findings)[number]]
  expect(message).toContain('a deletion from public.workspaces depends on the order')
  for (const one of ['workspace', 'build', 'agent']) {
    expect(message).toContain(`chats_${one}_id_fkey of public.chats`)
  }
  expect(message).toContain('Make them DEFERRABLE INITIALLY DEFERRED')
  expect(difference).toEqual([
    expect.stringMatching(/^ {2}deleted: \{"id": /),
    '- in the order of the migrations: done',
    expect.stringContaining('+ in the reverse order: insert or update on table "chats" violates'),
  ])
})

const rows = `INSERT INTO yards VALUES (1), (0); INSERT INTO boats VALUES (1, 1);
  INSERT INTO crews VALUES (1, 1), (0, 0); INSERT INTO "Odd tools" VALUES (1, 1);`

/** Yards have boats and crews, and tools belong to both, by keys that differ. */
const yards = (keys: string, { up = '', fixture = rows } = {}) => ({
  name: 'create_yards',
  up: `CREATE TABLE yards (id integer PRIMARY KEY);
       CREATE TABLE boats (id integer PRIMARY KEY,
         yard_id integer REFERENCES yards (id) ON DELETE CASCADE);
       CREATE TABLE crews (id integer PRIMARY KEY,
         yard_id integer REFERENCES yards (id) ON DELETE CASCADE);
       CREATE TABLE "Odd tools" (boat_id integer, crew_id integer DEFAULT 0, at timestamptz,
         ${keys}); ${up}`,
  down: 'DROP TABLE "Odd tools", crews, boats, yards; DROP FUNCTION IF EXISTS touch',
  fixture,
})

const boat = 'CONSTRAINT boat FOREIGN KEY (boat_id) REFERENCES boats (id) ON DELETE'
const crew = 'FOREIGN KEY (crew_id) REFERENCES crews (id) ON DELETE'

test('a RESTRICT that is checked before or after another deletion is found', async () => {
  const { findings } = await verifyFolder([yards(`${boat} RESTRICT, ${crew} CASCADE`)])
  expect(findings).toMatchObject([{ check: 'key order' }])
  const [{ message, difference }] = findings as [(typeof findings)[number]]
  expect(message).toContain('boat of public."Odd tools"')
  expect(message).toContain('boat with ON DELETE NO ACTION, because RESTRICT is never deferred')
  expect(difference).toContain('+ in the reverse order: done')
})

test('what a finding says to do is no finding', async () => {
  const deferred = `${boat} NO ACTION DEFERRABLE INITIALLY DEFERRED, ${crew} CASCADE`
  expect(await verifyFolder([yards(deferred)])).toMatchObject({ findings: [], notes: [] })
})

const nullOrZero = `CONSTRAINT one ${crew} SET NULL, CONSTRAINT other ${crew} SET DEFAULT`

test('keys that leave other rows are found', async () => {
  const { findings } = await verifyFolder([yards(nullOrZero)])
  expect(findings.map(({ check }) => check)).toEqual(['key order', 'key order'])
  for (const [index, table] of ['public.yards', 'public.crews'].entries()) {
    const { message, difference } = findings[index]!
    expect(message).toContain(`a deletion from ${table} depends`)
    expect(message).toContain('one of public."Odd tools", other of public."Odd tools". Give them')
    expect(difference[2]).toBe(
      '+ in the reverse order: done, with other rows in public."Odd tools"',
    )
  }
})

test('times that a trigger sets are no finding', async () => {
  const up = `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN NEW.at = clock_timestamp(); RETURN NEW; END $$;
    CREATE TRIGGER touch BEFORE UPDATE ON "Odd tools" FOR EACH ROW EXECUTE FUNCTION touch()`
  const version = yards(`${boat} SET NULL, ${crew} SET NULL`, { up })
  expect(await verifyFolder([version])).toMatchObject({ findings: [], notes: [] })
})

test('a deletion of a fixture is repeated with the rows that it deleted', async () => {
  const fixture = `${rows} DELETE FROM yards WHERE id = 1; INSERT INTO boats VALUES (0, 0);
    INSERT INTO "Odd tools" VALUES (0, NULL)`
  const version = yards(`${boat} CASCADE, ${crew} RESTRICT`, { fixture })
  const { findings } = await verifyFolder([version])
  expect(findings).toMatchObject([{ check: 'key order' }])
  expect(findings[0]!.message).toContain('a deletion from fixtures/000001_create_yards.sql depends')
  expect(findings[0]!.difference).toMatchObject([
    '  deleted: DELETE FROM yards WHERE id = 1',
    '- in the order of the migrations: done',
    expect.stringContaining('+ in the reverse order: update or delete on table "crews" violates'),
  ])
})

test('keys that cannot be created again are told, and are no failure', async () => {
  const fixture = `${rows} SET LOCAL session_replication_role = replica;
    INSERT INTO boats VALUES (9, 9)`
  const version = yards(`${boat} CASCADE, ${crew} CASCADE`, { fixture })
  const { findings, notes } = await verifyFolder([version])
  expect(findings).toEqual([])
  expect(notes).toEqual([expect.stringContaining('"boats_yard_id_fkey". Whether their order')])
})
