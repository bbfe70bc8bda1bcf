import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ourMigrations } from '../support/our-migrations.js'
import { driftpin } from '../support/run-command.js'

test('without a folder our own migrations are held against the rules', async () => {
  const { code, stdout, stderr } = await driftpin(['migrate', 'lint'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`0 findings in ${2 * ourMigrations.length} files (1 silenced).\n`)
})

test('without libpg-query one line says what to install', async () => {
  const hidden = fileURLToPath(new URL('lint-hide-libpg-query.mjs', import.meta.url))
  const { code, stdout, stderr } = await driftpin(['migrate', 'lint'], [hidden])
  expect(stderr).toMatch(/^driftpin: .*npm install --save-dev libpg-query@18\n$/)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})
