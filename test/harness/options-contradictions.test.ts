import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type HarnessOptions, openHarness } from '../../src/harness/index.js'
import type { TestOptions } from '../../src/harness/parse-options.js'
import { openTestWorker } from '../../src/harness/test-worker.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const work = async () => {}

test.each<[string, object]>([
  ['migrations and setup', { migrations: './migrations', setup: work }],
  ['an empty path of migrations', { migrations: '' }],
  ['an empty path of a cache', { cacheDirectory: '' }],
  ['a cache key without a function', { cacheKey: 'one' }],
  ['a cache key with a seed file alone', { cacheKey: 'one', seed: 'seed.sql' }],
  ['a cache key and no cache', { cacheKey: 'one', seed: work, cacheDirectory: false }],
  ['a random seed that is a fraction', { randomSeed: 1.5 }],
  ['a random seed that is no number', { randomSeed: Number.NaN }],
  ['a random seed that is a text', { randomSeed: '42' }],
  ['a random seed beyond safe integers', { randomSeed: 2 ** 53 }],
  ['a clock that there is not', { clock: 'fake' }],
  ['no images and a random seed', { images: false, randomSeed: 1 }],
  ['a server and a random seed', { server: 'postgres://127.0.0.1:1/x', randomSeed: 1 }],
  ['a server and a test clock', { server: 'postgres://127.0.0.1:1/x', clock: 'test' }],
  ['no images and a test clock', { images: false, clock: 'test' }],
  ['an option that there is not', { random: 1 }],
  ['an option of tests', { isolation: 'fork' }],
  ['an option that every object inherits', { toString: work }],
  ['a setup that is not a function', { setup: 'setup.sql' }],
  ['a server that is not a text', { server: new URL('postgres://127.0.0.1:1/x') }],
])('%s is refused before anything is written', async (_, options) => {
  const folder = await temporaryFolder()
  const cacheDirectory = join(folder, 'cache')
  await expect(openHarness({ cacheDirectory, ...options } as HarnessOptions)).rejects.toMatchObject(
    { name: 'DriftpinError', code: 'invalid_input', cause: {} },
  )
  expect(await readdir(folder)).toEqual([])
})

test('an unknown option is named, with those that there are, and no password is', async () => {
  const options = { server: 'postgres://me:secret@127.0.0.1/x', migration: './migrations' }
  const error = await openHarness(options as HarnessOptions).catch((error) => error)
  expect(error.message).toMatch(
    /there is no option migration\. The options are migrations, server,/,
  )
  const wrong = { server: ['postgres://me:secret@127.0.0.1/x'] }
  const told = await openHarness(wrong as never).catch((error) => error)
  expect(told.message).toContain('server has to be the URL of a server')
  expect(JSON.stringify([error, told])).not.toContain('secret')
})

test('the options of a test are checked with those of its harness', async () => {
  for (const options of [{ isolation: 'truncate' }, { leaks: true }, { keepFail: false }]) {
    await expect(openTestWorker(options as TestOptions)).rejects.toMatchObject({
      code: 'invalid_input',
    })
  }
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
