import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))

test('what is generated from the migrations is what is committed', async () => {
  const args = ['--import', 'tsx', 'scripts/generate.ts', '--check']
  expect(await run(process.execPath, args, { cwd: repository })).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  })
})
