import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hstore } from '@electric-sql/pglite/contrib/hstore'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { expect, test } from 'vitest'
import type { HarnessOptions } from '../../src/harness/index.js'
import { imageName } from '../../src/harness/load-template.js'
import { parseOptions } from '../../src/harness/parse-options.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const nameOf = async (options: HarnessOptions, key?: string, build = 'one') =>
  imageName(await parseOptions(options), build, key)

async function project() {
  const folder = await temporaryFolder()
  const migration = join(folder, '1_a.sql')
  const seed = join(folder, 'seed.txt')
  await writeFile(migration, 'CREATE TABLE a (n int);\nSELECT 1;\n')
  await writeFile(seed, 'INSERT INTO a\nVALUES (1);\n')
  return { migration, seed, options: { migrations: folder, seed } }
}

test('an image has another name whenever something that it depends on is another', async () => {
  const { migration, seed, options } = await project()
  const names = [
    await nameOf(options),
    await nameOf({ ...options, migrations: false }),
    await nameOf({ seed }),
    await nameOf({ migrations: options.migrations }),
    await nameOf({ ...options, randomSeed: 0 }),
    await nameOf({ ...options, randomSeed: 1 }),
    await nameOf({ ...options, clock: 'test' }),
    await nameOf({ ...options, extensions: { pg_trgm } }),
    await nameOf({ ...options, extensions: { hstore } }),
    await nameOf({ ...options, extensions: { pg_trgm: hstore } }),
    await nameOf({ ...options, extensions: { pg_trgm: pathToFileURL(seed) } }),
    await nameOf({ ...options, extensions: { pg_trgm: pathToFileURL(migration) } }),
    await nameOf(options, undefined, 'another build'),
    await nameOf(options, 'key'),
    await nameOf(options, 'other key'),
  ]
  await writeFile(migration, 'CREATE TABLE a (n int);\nSELECT 2;\n')
  names.push(await nameOf(options))
  await writeFile(seed, 'INSERT INTO a\nVALUES (2);\n')
  names.push(await nameOf(options))
  await writeFile(join(options.migrations, '2_b.sql'), 'SELECT 3;\n')
  names.push(await nameOf(options))
  expect(new Set(names).size).toBe(names.length)
})

test('an image has the same name where only the ends of lines or unrelated things differ', async () => {
  const { migration, seed, options } = await project()
  const name = await nameOf(options)
  await writeFile(migration, 'CREATE TABLE a (n int);\r\nSELECT 1;\r\n')
  await writeFile(seed, 'INSERT INTO a\r\nVALUES (1);\r\n')
  expect(await nameOf(options)).toBe(name)
  expect(await nameOf({ ...options, cacheDirectory: '/elsewhere' })).toBe(name)
  const other = await project()
  expect(await nameOf(other.options)).toBe(name)
})
