import { describe, expect, test } from 'vitest'
import {
  factsOf,
  leavesOpen,
  listenCommandsIn,
  type StatementFacts,
  settingNamesIn,
} from '../../src/database/statement-facts.js'

type Fact = keyof StatementFacts

/** Texts, and the facts that hold for them: no others do. */
const texts: readonly [string, readonly Fact[]][] = [
  ['SELECT 1', []],
  ['BEGIN', ['transaction']],
  ['/* why */ start -- so\n TRANSACTION', ['transaction']],
  ['SET work_mem = 1', ['changesSession']],
  ['select 1; set role app', ['changesSession']],
  ['-- why\nSET role app', ['changesSession']],
  ['/* why */ set role app', ['changesSession']],
  ['SET LOCAL work_mem = 1', []],
  ['SET TRANSACTION READ ONLY', []],
  ['SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY', ['changesSession']],
  ['UPDATE boats\nSET name = $1', []],
  ['SELECT 1\n-- SET role app\n', []],
  ["SELECT 'SET role app; LISTEN news'", []],
  ["SELECT set_config('a.b', '1', false)", ['changesSession']],
  ["SELECT \"set_config\"('a.b', '1', false)", ['changesSession']],
  ['CREATE TEMP TABLE passing (n int)', ['changesSession']],
  ['CREATE TABLE pg_temp.passing (n int)', ['changesSession']],
  ['SELECT pg_try_advisory_lock(1)', ['changesSession', 'touchesLocks']],
  ['DISCARD PLANS', ['changesSession']],
  ['DISCARD ALL', ['changesSession', 'touchesLocks', 'user', 'listening', 'outsideTransaction']],
  ['SET SESSION AUTHORIZATION app', ['changesSession', 'user']],
  ['RESET SESSION AUTHORIZATION', ['changesSession', 'user']],
  ['DO $$ BEGIN END $$', ['changesSession', 'runsCode', 'changesFunctions']],
  ["SELECT ts_stat('SELECT set_config(...)')", ['changesSession', 'runsCode', 'changesFunctions']],
  ['CREATE OR REPLACE FUNCTION f() RETURNS int RETURN 1', ['changesFunctions']],
  ['DROP SCHEMA app CASCADE', ['changesFunctions']],
  ['SELECT schema FROM function', []],
  ["SELECT currval('s'), nextval('s')", ['readsSequence']],
  ['COPY t FROM STDIN', ['copiesFromStdin']],
  ['COPY/**/t--\nFROM/* */STDIN WITH (FORMAT csv)', ['copiesFromStdin']],
  ['COPY t TO STDOUT', []],
  ["COPY t FROM PROGRAM 'ls'", ['runsProgram']],
  ["SELECT 'copy from stdin'", []],
  ['CREATE /* a */ DATABASE shadow', ['managesDatabases', 'outsideTransaction']],
  ['DROP DATABASE IF EXISTS shadow', ['managesDatabases', 'outsideTransaction']],
  ['ALTER DATABASE one RENAME TO other', ['managesDatabases']],
  ['ALTER DATABASE one SET TABLESPACE other', ['managesDatabases', 'outsideTransaction']],
  ['ALTER DATABASE one SET work_mem = 1', []],
  ['CREATE TABLE database (n int)', []],
  ['CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)', ['outsideTransaction']],
  ['CREATE INDEX i ON t (concurrently)', []],
  ['REINDEX (VERBOSE) TABLE CONCURRENTLY t', ['outsideTransaction']],
  ['REINDEX TABLE t', []],
  ['REINDEX DATABASE', ['outsideTransaction']],
  ['ALTER TABLE t DETACH PARTITION p CONCURRENTLY', ['outsideTransaction']],
  ['ALTER TABLE t DETACH PARTITION p', []],
  ['VACUUM (FULL) t', ['outsideTransaction']],
  ['CLUSTER', ['outsideTransaction']],
  ['CLUSTER t', []],
  ['CLUSTER (VERBOSE)', ['outsideTransaction']],
  ['CREATE INDEX "concurrently" ON t (a)', []],
  ['DROP INDEX "concurrently"', []],
  ['REINDEX TABLE "concurrently"', []],
  ['REINDEX (TABLESPACE system) TABLE t', []],
  ['ALTER TABLE detach RENAME TO "concurrently"', []],
  // Where standard_conforming_strings is off, the string ends elsewhere.
  ["SELECT '\\''; SET role app --'", ['changesSession', 'runsCode', 'changesFunctions']],
]

test.each(texts)('%j', (sql, facts) => {
  expect(Object.keys(factsOf(sql).any).sort()).toEqual([...facts].sort())
})

describe('What a statement does to its transaction', () => {
  test.each([
    ['BEGIN ISOLATION LEVEL SERIALIZABLE', 'begin'],
    ['COMMIT AND CHAIN', 'end'],
    ['END', 'end'],
    ['ABORT', 'end'],
    ['ROLLBACK', 'end'],
    ["PREPARE TRANSACTION 'x'", 'end'],
    ['PREPARE x AS SELECT 1', undefined],
    ['ROLLBACK TO a', 'rewind'],
    ['ROLLBACK WORK TO SAVEPOINT a', 'rewind'],
    ['SAVEPOINT a', 'savepoint'],
    ['RELEASE a', undefined],
  ])('%s', (sql, expected) => {
    expect(factsOf(sql).any.transaction).toBe(expected)
  })
})

test('the user that a text ends with is the one that its last statement sets', () => {
  const userOf = (sql: string) => factsOf(sql).any.user
  expect(userOf('SET SESSION AUTHORIZATION app; RESET SESSION AUTHORIZATION')).toBe('reset')
  expect(userOf('DISCARD ALL; SET SESSION AUTHORIZATION app')).toBe('set')
  expect(userOf('SET SESSION AUTHORIZATION DEFAULT')).toBe('reset')
})

test('the commands that listen are read in order, with the names of their channels', () => {
  expect(listenCommandsIn('LISTEN News; listen "Old ""News"""; UNLISTEN *; DISCARD ALL')).toEqual([
    { kind: 'listen', channel: 'news' },
    { kind: 'listen', channel: 'Old "News"' },
    { kind: 'unlisten', channel: undefined },
    { kind: 'unlisten', channel: undefined },
  ])
})

test.each([
  ['BEGIN; SELECT 1; COMMIT', true],
  ['CREATE FUNCTION f() RETURNS int RETURN 1', true],
  ['LISTEN news', true],
  ['ROLLBACK TO SAVEPOINT driftpin_1; RELEASE SAVEPOINT driftpin_1', false],
  ['INSERT INTO chats DEFAULT VALUES', false],
])('%s leaves something open, or may: %s', (sql, expected) => {
  expect(leavesOpen(sql)).toBe(expected)
})

test('settings that a text sets come before other names with a dot', () => {
  const body = "BEGIN new.id := old.id; PERFORM set_config('App.Tenant', new.owner, false); END"
  expect(settingNamesIn(`${body} SET app.mode = 1`)).toEqual([
    ...['app.tenant', 'app.mode', 'new.id', 'old.id', 'new.owner'],
  ])
})
