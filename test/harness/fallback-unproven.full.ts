import { appendFile, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const pglitePath = 'node_modules/@electric-sql/pglite'

/** A section that nothing reads: its id, its length, and a name of three letters. */
const customSection = Buffer.from([0, 4, 3, 0x6f, 0x64, 0x64])

const script = `
  import { openHarness } from './dist/harness/index.js'
  const options = { migrations: './migrations', cacheDirectory: './images' }
  const refused = []
  for (const more of [{ randomSeed: 42 }, { clock: 'test' }]) {
    await openHarness({ ...options, ...more }).catch(({ code }) => refused.push(code))
  }
  const seen = []
  for (let times = 0; times < 2; times++) {
    await using harness = await openHarness(options)
    await using db = await harness.createDatabase()
    const rows = async () => seen.push((await db.query('SELECT n FROM a')).rows.length)
    await rows()
    const mark = await db.mark()
    await db.query('INSERT INTO a VALUES (2)')
    await rows()
    await db.rewind(mark)
    await rows()
    seen.push(harness.statistics.fallbacks)
  }
  console.log(JSON.stringify({ refused, seen }))`

test('another build of PGlite works from files, with one warning', async () => {
  const folder = await temporaryFolder()
  await cp(join(repository, 'dist'), join(folder, 'dist'), { recursive: true })
  await cp(join(repository, pglitePath), join(folder, pglitePath), { recursive: true })
  await appendFile(join(folder, pglitePath, 'dist/pglite.wasm'), customSection)
  for (const name of await readdir(join(repository, 'node_modules'))) {
    if (name.startsWith('.') || name === '@electric-sql') continue
    await symlink(join(repository, 'node_modules', name), join(folder, 'node_modules', name))
  }
  await mkdir(join(folder, 'migrations'))
  await writeFile(join(folder, 'migrations/1_a.sql'), 'CREATE TABLE a AS SELECT 1 AS n;')
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(join(folder, 'try.mts'), script)
  const { code, stdout, stderr } = await run(process.execPath, ['--import', 'tsx', 'try.mts'], {
    cwd: folder,
  })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const fallbacks = { 'images were not proven on this PGlite': 1 }
  expect(JSON.parse(stdout)).toEqual({
    refused: ['image_unusable', 'image_unusable'],
    seen: [1, 2, 1, fallbacks, 1, 2, 1, fallbacks],
  })
  expect(stderr.match(/DriftpinWarning/g)).toHaveLength(1)
  expect(stderr).toContain('Install the version that driftpin depends on.')
})
