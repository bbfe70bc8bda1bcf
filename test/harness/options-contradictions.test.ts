import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type HarnessOptions, openHarness } from '../../src/harness/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const work = async () => {}

test.each<[string, object]>([
  ['migrations and setup', { migrations: './migrations', setup: work }],
  ['an empty path of migrations', { migrations: '' }],
  ['an empty path of a cache', { cacheDirectory: '' }],
  ['a key without a function', { key: 'one' }],
  ['a key with a seed file alone', { key: 'one', seed: 'seed.sql' }],
  ['a key and no cache', { key: 'one', seed: work, cacheDirectory: false }],
  ['a random that is a fraction', { random: 1.5 }],
  ['a random that is no number', { random: Number.NaN }],
  ['a random that is a text', { random: '42' }],
  ['a random beyond safe integers', { random: 2 ** 53 }],
  ['a clock that there is not', { clock: 'fake' }],
  ['no images and a random', { images: false, random: 1 }],
  ['a server and a random', { server: 'postgres://127.0.0.1:1/x', random: 1 }],
  ['a server and a test clock', { server: 'postgres://127.0.0.1:1/x', clock: 'test' }],
  ['no images and a test clock', { images: false, clock: 'test' }],
])('%s is refused before anything is written', async (_, options) => {
  const folder = await temporaryFolder()
  const cacheDirectory = join(folder, 'cache')
  await expect(openHarness({ cacheDirectory, ...options } as HarnessOptions)).rejects.toMatchObject(
    { name: 'DriftpinError', code: 'invalid_input', cause: {} },
  )
  expect(await readdir(folder)).toEqual([])
})

test.each([
  ['a folder of migrations that is missing', { migrations: 'missing' }, 'migrations_unreadable'],
  ['a folder of migrations that is empty', { migrations: 'empty' }, 'migrations_unreadable'],
  ['a seed that is missing', { seed: 'missing.sql' }, 'seed_failed'],
  ['a seed that is a folder', { seed: 'empty' }, 'seed_failed'],
  ['a seed that is not in UTF-8', { seed: 'latin.sql' }, 'seed_failed'],
])('%s is told with its path before anything is written', async (_, named, code) => {
  const folder = await temporaryFolder()
  const empty = await temporaryFolder()
  await writeFile(join(folder, 'latin.sql'), Buffer.from("SELECT '\xe4'", 'latin1'))
  const [[option, file]] = Object.entries(named) as [[string, string]]
  const path = file === 'empty' ? empty : join(folder, file)
  const cacheDirectory = join(folder, 'cache')
  await expect(
    openHarness({ migrations: false, [option]: path, cacheDirectory }),
  ).rejects.toMatchObject({ code, message: expect.stringContaining(path) })
  expect(await readdir(folder)).toEqual(['latin.sql'])
})
