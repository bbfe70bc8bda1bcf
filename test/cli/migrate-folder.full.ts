import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { useMigrate } from './use-migrate.js'

test('up, status, plan, down and to work on one embedded database', async () => {
  const data = join(await temporaryFolder(), 'data')
  await useMigrate((...args) => driftpin(['migrate', ...args, '--data', data]))
  expect(await readdir(data)).not.toContain('driftpin.lock')
})

test('a plan for a database that is not there makes none', async () => {
  const data = join(await temporaryFolder(), 'data')
  const plan = await driftpin(['migrate', 'plan', '--data', data])
  expect(plan.stdout).toContain('CREATE TABLE chat_context_resources')
  expect(plan.code).toBe(0)
  await expect(readdir(data)).rejects.toMatchObject({ code: 'ENOENT' })
})
