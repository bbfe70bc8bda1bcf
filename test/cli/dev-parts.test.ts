import { expect, test } from 'vitest'
import { checkpointIfLong, migrateDatabase } from '../../src/cli/dev/dev-session.js'
import { changedResources } from '../../src/cli/dev/watch-directory.js'
import { openHarness } from '../../src/harness/index.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { canChangeScan } from '../../src/scan/candidates.js'
import { scan } from '../../src/scan/index.js'
import { makeTree } from '../scan/make-tree.js'
import { skillText } from '../scan/skill-text.js'

test('all that a scan finds is watched, with the way to it, and nothing else of a project', async () => {
  const skills = ['skills', '.agents/skills', '.claude/skills', '.codex/skills']
  const found = {
    'AGENTS.md': 'a',
    'CLAUDE.md': 'b',
    '.cursorrules': 'c',
    '.mcp.json': '{}',
    ...Object.fromEntries(
      skills.map((folder, n) => [`${folder}/one-${n}/SKILL.md`, skillText(`one-${n}`)]),
    ),
  }
  const others = ['node_modules/x/AGENTS.md', 'src/main.ts', '.git/HEAD', '.claude/settings.json']
  const root = await makeTree({
    ...found,
    ...Object.fromEntries([...others, 'skills/one-0/scripts/run.sh'].map((path) => [path, 'x'])),
  })
  const { resources } = await scan(root)
  expect(resources).toHaveLength(Object.keys(found).length)
  for (const { source } of resources) {
    for (
      let path = source;
      path.length >= root.length;
      path = path.slice(0, path.lastIndexOf('/'))
    ) {
      expect([path, canChangeScan(root, path)]).toEqual([path, true])
    }
  }
  for (const path of ['node_modules', 'src', '.git', ...others, 'skills/one-0/scripts/run.sh']) {
    expect([path, canChangeScan(root, `${root}/${path}`)]).toEqual([path, false])
  }
})

test('two scans differ in what was added, changed and removed', async () => {
  const root = await makeTree({ 'AGENTS.md': 'a', 'CLAUDE.md': 'b', '.cursorrules': 'c' })
  const before = await scan(root, { rootName: '/shop' })
  const other = await makeTree({ 'AGENTS.md': 'a', 'CLAUDE.md': 'changed', '.mcp.json': '{}' })
  const after = await scan(other, { rootName: '/shop' })
  expect(changedResources(before.resources, after.resources, '/shop')).toEqual([
    { how: 'removed', path: '.cursorrules' },
    { how: 'added', path: '.mcp.json' },
    { how: 'changed', path: 'CLAUDE.md' },
  ])
  expect(changedResources(after.resources, after.resources, '/shop')).toEqual([])
})

const pair = (version: number, sql: string) => [
  { file: `${version}_step.up.sql`, text: sql },
  { file: `${version}_step.down.sql`, text: 'SELECT 1' },
]

test('a database that is behind is brought up to date, and one that is ahead refused', async () => {
  await using harness = await openHarness({ migrations: false })
  await using db = await harness.createDatabase()
  const [one, two] = [pair(1, 'CREATE TABLE one ()'), pair(2, 'CREATE TABLE two ()')]
  const old = parseMigrations(one)
  const all = parseMigrations([...one, ...two])
  expect(await migrateDatabase(db, { migrations: old })).toMatchObject({
    ran: ['1_step.up.sql'],
    applied: 1,
  })
  expect(await migrateDatabase(db, { migrations: all })).toEqual({
    ran: ['2_step.up.sql'],
    applied: 2,
    newest: '000002_step',
  })
  expect(await migrateDatabase(db, { migrations: all })).toMatchObject({ ran: [] })
  const edited = parseMigrations([...one, ...pair(2, 'CREATE TABLE other ()')])
  for (const [migrations, code] of [
    [old, 'migration_unknown'],
    [edited, 'migration_edited'],
  ] as const) {
    await expect(migrateDatabase(db, { migrations })).rejects.toMatchObject({ code })
  }
})

test('a log that has become long ends with a checkpoint, and a short one does not', async () => {
  await using harness = await openHarness({ migrations: false })
  await using db = await harness.createDatabase()
  const redo = async () =>
    (await db.query('SELECT redo_lsn::text FROM pg_control_checkpoint()')).rows[0]
  const before = await redo()
  await db.script('CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) AS n')
  await checkpointIfLong(() => db, 100 * 1024 * 1024)
  expect(await redo()).toEqual(before)
  await checkpointIfLong(() => db, 10 * 1024)
  expect(await redo()).not.toEqual(before)
})
