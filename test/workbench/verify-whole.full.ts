import { expect, test } from 'vitest'
import { verifyFolder } from './verify-folder.js'

const boats = {
  name: 'create_boats',
  up: 'CREATE TABLE boats (id integer PRIMARY KEY)',
  down: 'DROP TABLE boats',
  fixture: 'INSERT INTO boats VALUES (1)',
}

const numbers = {
  name: 'add_numbers',
  up: `CREATE SEQUENCE IF NOT EXISTS numbers; CREATE EXTENSION IF NOT EXISTS pg_trgm;
       DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad'); EXCEPTION WHEN duplicate_object THEN END $$`,
  down: '-- Others may use them.',
}

test('what is left after the last down is shown as SQL', async () => {
  const report = await verifyFolder([boats, numbers])
  expect(report.findings.map(({ check }) => check)).toEqual(['schema after down', 'nothing left'])
  const shown = report.findings[1]!.difference.join('\n')
  expect(shown).toContain('+ CREATE SEQUENCE public.numbers')
  expect(shown).toContain('+ CREATE EXTENSION IF NOT EXISTS pg_trgm')
  expect(shown).toContain('+ CREATE TYPE public.mood AS ENUM')
  expect(shown).not.toContain('boats')
  expect(report.ok).toBe(false)
})

test('what an exempt down leaves is told, and is no failure', async () => {
  const reason = 'others may use them'
  const report = await verifyFolder([boats, numbers], { downs: { 2: reason } })
  expect(report).toMatchObject({ ok: true, findings: [] })
  expect(report.migrations[1]).toMatchObject({ outcome: 'exempt', reason })
  expect(report.migrations[1]!.exempted).toHaveLength(1)
  expect(report.notes[0]).toContain('Downs that are exempt: 000002_add_numbers.up.sql.')
  expect(report.notes[0]).toContain('+ CREATE SEQUENCE public.numbers')
})

const tightened = [
  boats,
  {
    name: 'allow_null',
    up: 'ALTER TABLE boats ADD COLUMN name text DEFAULT $$none$$',
    down: 'ALTER TABLE boats DROP COLUMN name',
  },
  {
    name: 'loosen',
    up: 'ALTER TABLE boats ALTER COLUMN name DROP DEFAULT; ALTER TABLE boats ADD CHECK (id < 5)',
    down: `ALTER TABLE boats DROP CONSTRAINT boats_id_check;
             ALTER TABLE boats ALTER COLUMN name SET DEFAULT $$none$$;
             ALTER TABLE boats ADD CONSTRAINT two CHECK (id < 2);
             ALTER TABLE boats DROP CONSTRAINT two`,
  },
  {
    name: 'fill',
    up: 'SELECT 1',
    down: 'SELECT 1',
    fixture: 'INSERT INTO boats (id) VALUES (2)',
  },
]

test('a down that works at its own version and not with the rows of later ones is found', async () => {
  const { findings, notes } = await verifyFolder(tightened)
  expect(findings).toHaveLength(1)
  expect(findings[0]).toMatchObject({ version: 3, file: '000003_loosen.down.sql', check: 'down' })
  expect(findings[0]!.message).toContain('With the rows of all versions')
  expect(findings[0]!.message).toContain('The constraint is two of boats.')
  expect(notes).toEqual([
    '000003_loosen.down.sql fails: what the migrations before it leave was not checked',
  ])
})

test('such a down can be exempt as well, and needs it', async () => {
  const exempt = { downs: { 3: 'there were no such rows', 4: 'for nothing' } }
  const { findings, notes } = await verifyFolder(tightened, exempt)
  expect(findings).toEqual([])
  expect(notes).toEqual([
    '000003_loosen.down.sql fails: what the migrations before it leave was not checked',
    '000004_fill.up.sql is exempt, but its down holds. Remove the exemption.',
  ])
})

test('a fresh install that differs from the steps is found, with what differs', async () => {
  const { findings } = await verifyFolder([
    boats,
    {
      name: 'guess',
      up: `DO $$ BEGIN IF EXISTS (SELECT FROM boats) THEN
             ALTER TABLE boats ADD COLUMN name text; ELSE
             ALTER TABLE boats ADD COLUMN title text; END IF; END $$`,
      down: 'ALTER TABLE boats DROP COLUMN IF EXISTS name, DROP COLUMN IF EXISTS title',
    },
  ])
  expect(findings.map(({ check }) => check)).toEqual(['fresh install'])
  expect(findings[0]!.difference).toEqual([
    '  CREATE TABLE public.boats (',
    '-     name text',
    '+     title text',
  ])
})

test('a folder that cannot be run a second time is found', async () => {
  const { findings } = await verifyFolder([
    boats,
    {
      name: 'meddle',
      up: `DO $$ BEGIN IF to_regclass('driftpin_migrations') IS NOT NULL THEN
             DELETE FROM driftpin_migrations WHERE version = 1; END IF; END $$`,
      down: 'SELECT 1',
    },
  ])
  expect(findings.map(({ check }) => check)).toEqual(['running again'])
  expect(findings[0]!.message).toContain('000001_create_boats.up.sql was never applied')
})

test('with fixtures a table without rows is a finding, unless it is exempt with a reason', async () => {
  const sails = {
    name: 'create_sails',
    up: 'CREATE TABLE sails (id integer); CREATE TABLE "Odd One" (id integer)',
    down: 'DROP TABLE sails; DROP TABLE "Odd One"',
  }
  const found = await verifyFolder([boats, sails])
  expect(found.findings.map(({ check }) => check)).toEqual(['rows in every table'])
  expect(found.findings[0]!.difference).toEqual(['public."Odd One"', 'public.sails'])
  const tables = { sails: 'made of cloth', 'Odd One': 'odd', boats: 'none needed' }
  const exempt = await verifyFolder([boats, sails], { tables })
  expect(exempt).toMatchObject({ ok: true, unproven: [] })
  expect(exempt.notes).toEqual(['The table boats is exempt, but has rows. Remove the exemption.'])
  const unknown = await verifyFolder([boats, sails], { tables: { ...tables, oars: 'none' } })
  expect(unknown.findings.map(({ message }) => message)).toEqual([
    'The table oars is exempt, but no table has that name.',
  ])
})

test('without fixtures a table without rows is told as unproven, and is no failure', async () => {
  const { fixture, ...bare } = boats
  expect(fixture).toBeDefined()
  expect(await verifyFolder([bare])).toMatchObject({ ok: true, unproven: ['public.boats'] })
})

test('a folder without down files is verified upwards', async () => {
  const { down, ...forward } = boats
  expect(down).toBeDefined()
  const report = await verifyFolder([forward])
  expect(report).toMatchObject({ ok: true, migrations: [{ outcome: 'up only', rows: 1 }] })
  expect(report.notes[0]).toContain('has no down file')
})

test('after an up that fails nothing is tried any more', async () => {
  const report = await verifyFolder([
    boats,
    { name: 'fail', up: 'SELECT 1;\nSELECT  oops', down: 'SELECT 1' },
    { ...boats, name: 'never' },
  ])
  expect(report.migrations.map(({ outcome }) => outcome)).toEqual(['verified', 'failed'])
  expect(report.findings).toMatchObject([{ version: 2, check: 'up' }])
  expect(report.findings[0]!.message).toContain('000002_fail.up.sql failed in line 2, column 9')
  expect(report.findings[0]!.message).toContain('> 2 | SELECT  oops')
  expect(report.notes).toEqual(['1 later migrations and the folder as a whole were not verified'])
})

test('an up that rewrites rows on purpose, and columns that move, are notes', async () => {
  const report = await verifyFolder([
    { ...boats, up: 'CREATE TABLE boats (id integer PRIMARY KEY, name text, length integer)' },
    {
      name: 'renumber',
      up: 'UPDATE boats SET id = id + 100; ALTER TABLE boats DROP COLUMN name',
      down: 'ALTER TABLE boats ADD COLUMN name text',
    },
  ])
  expect(report.ok).toBe(true)
  expect(report.migrations[1]!.notes).toEqual([
    'its down leaves the columns of public.boats in another order',
    'it permanently rewrites 1 existing rows of public.boats',
  ])
})
