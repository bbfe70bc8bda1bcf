import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { generateCommand } from '../../src/cli/generate-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { refusalOf } from './refusal-of.js'

test.each([
  [['.'], 'required option'],
  [['.', '--out', '.'], 'Name another folder'],
  [['/nowhere', '--out', 'x'], 'cannot be read'],
  [['.', '--out', 'x', '--only', 'everything'], 'schema, manifest, types'],
])('wrong use is refused: generate %j', async (args, message) => {
  expect(await refusalOf(generateCommand(), args)).toMatchObject({
    exitCode: exitCodes.wrongUse,
    message: expect.stringContaining(message),
  })
})

test('a file that somebody wrote is an error before anything is written', async () => {
  const root = await temporaryFolder()
  await writeFile(join(root, 'tables.ts'), 'mine')
  const args = ['--out', root, '--only', 'manifest,types']
  expect(await refusalOf(generateCommand(), args)).toMatchObject({
    exitCode: exitCodes.wrongUse,
    message: expect.stringContaining('was not made by driftpin'),
  })
  expect(await readdir(root)).toEqual(['tables.ts'])
})
