import { expect, test } from 'vitest'
import { lintMigrations } from '../../src/workbench/index.js'
import { writePairs } from './write-pairs.js'

// A database with other extensions is made from nothing the first time, which takes seconds.
test('extensions that PGlite brings, or a package of its own, are there for the migrations that create them', async () => {
  const folder = await writePairs([
    [
      `CREATE EXTENSION citext; CREATE EXTENSION "uuid-ossp";
       CREATE EXTENSION IF NOT EXISTS vector; CREATE TABLE points (at vector(3));
       CREATE TABLE boats (name citext, id uuid DEFAULT uuid_generate_v4());`,
      'SELECT 1;',
    ],
    ['ALTER TABLE boats ADD COLUMN key uuid DEFAULT uuid_generate_v4();', 'SELECT 1;'],
  ])
  const { findings, unchecked } = await lintMigrations({ migrations: folder })
  expect(unchecked).toEqual([])
  expect(findings.map(({ rule }) => rule)).toEqual(['volatile-default'])
})
