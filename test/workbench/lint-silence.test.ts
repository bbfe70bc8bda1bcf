import { expect, test } from 'vitest'
import { lintMigrations } from '../../src/workbench/index.js'
import { writePairs } from './write-pairs.js'

const allow = (rule: string) => `-- driftpin-lint: allow ${rule} because nobody asks for it`

test('a silence covers the statement or the line that follows, one rule and no more', async () => {
  const folder = await writePairs([
    [
      `${allow('unnamed-constraint')}
-- Another comment may come between.

CREATE TABLE boats (
  id int PRIMARY KEY,
  name text UNIQUE
);
CREATE TABLE sails (
  id int PRIMARY KEY,
  ${allow('unnamed-constraint')}
  name text UNIQUE,
  colour text UNIQUE
);
${allow('not-null-without-default')}
ALTER TABLE sails ADD UNIQUE (id);
SELECT '
${allow('unnamed-constraint')}
';`,
      `-- destroys: sails
${allow('destroys-without-note')}
DROP TABLE boats;
DROP TABLE sails;`,
    ],
    [
      `${allow('foreign-key-without-index')}
ALTER TABLE boats ADD COLUMN sail int CONSTRAINT boats_sail_fkey REFERENCES sails;`,
      'SELECT 1;',
    ],
  ])
  const { findings, silenced } = await lintMigrations({ migrations: folder })
  expect(findings.map(({ rule, line }) => [rule, line])).toEqual([
    ['unnamed-constraint', 9],
    ['unnamed-constraint', 12],
    ['bad-silence', 14],
    ['unnamed-constraint', 15],
  ])
  // Two in the first table, one in the second, one in the down, one that the catalog told.
  expect(silenced).toBe(5)
})

test('a silence without a reason, of an unknown rule, or with nothing to silence is found', async () => {
  const folder = await writePairs([
    [
      `-- driftpin-lint: allow unnamed-constraint
CREATE TABLE boats (
  id int PRIMARY KEY, ${allow('unnamed-constraint')}
  -- driftpin-lint: allow unnamed-constraint because
  name text UNIQUE
);
${allow('unnamed-constraints')}
SELECT 1;
${allow('unnamed-constraint')}
SELECT 1;
-- driftpin-lint unnamed-constraint, please
SELECT 1;
${allow('owner-without-cascade')}
SELECT 1;
${allow('unnamed-constraint')}`,
      'SELECT 1;',
    ],
  ])
  const { findings } = await lintMigrations({ migrations: folder })
  expect(findings.map(({ rule, line }) => [rule, line])).toEqual([
    ['bad-silence', 1],
    ['unnamed-constraint', 3],
    ['bad-silence', 4],
    ['unnamed-constraint', 5],
    ['bad-silence', 7],
    ['bad-silence', 9],
    ['bad-silence', 11],
    ['bad-silence', 15],
  ])
  const [reason, , , , unknown, unused] = findings
  expect(reason!.message).toContain('reason')
  expect(unknown!.message).toContain('There is no rule unnamed-constraints')
  expect(unused!.message).toContain('nothing here')
})

test("a rule of squawk is allowed by our comment, and by squawk's own", async () => {
  const folder = await writePairs([
    ['CREATE TABLE boats (a int, b int);', '-- destroys: boats\nDROP TABLE boats;'],
    [
      `${allow('index-not-concurrent')}
CREATE INDEX one ON boats (a);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX two ON boats (a);
/* ⚓🚢é */ CREATE INDEX three ON boats (a);`,
      'SELECT 1;',
    ],
    [`${allow('rename-in-use')}\nSELECT 1;`, 'SELECT 1;'],
  ])
  const { findings, silenced } = await lintMigrations({ migrations: folder })
  expect(findings.map(({ rule, line, column }) => [rule, line, column])).toEqual([
    ['index-not-concurrent', 5, 11],
    ['bad-silence', 1, 1],
  ])
  expect(silenced).toBe(1)
})

test('where the migrations do not run, the files are judged, and what was not checked is named', async () => {
  const folder = await writePairs([
    [`CREATE TABLE boats (id int UNIQUE);\n${allow('volatile-default')}\nSELECT 1;`, 'SELECT 1;'],
    ['SELECT 1;\nSELECT * FROM boots;', 'SELECT 1;'],
  ])
  const { findings, unchecked } = await lintMigrations({ migrations: folder })
  expect(findings.map(({ rule }) => rule)).toEqual(['unnamed-constraint'])
  expect(unchecked[0]!.rules).toEqual([
    'foreign-key-without-index',
    'down-drops-type-of-another',
    'volatile-default',
    'type-change-rewrites',
  ])
  expect(unchecked[0]!.error).toMatchObject({ code: 'migration_failed' })
  expect(unchecked[0]!.error.message).toContain('000002_plant.up.sql failed in line 2')
})
