import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { hashOfTree } from './hash-of-tree.js'
import { writeTangledProject } from './write-tangled-project.js'

const planted = fileURLToPath(new URL('./plant-purge-defect.ts', import.meta.url))

test('a directory of the user is only read, through whatever links', async () => {
  const outer = await temporaryFolder()
  const directory = await writeTangledProject(outer)
  const tree = await hashOfTree(outer)
  const { code, stdout, stderr } = await driftpin(['demo', directory])
  expect(stdout).toContain('All 24 claims hold')
  expect(stdout).toContain('Try next:')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(await hashOfTree(outer)).toBe(tree)
})

test('a claim that does not hold is named, and the demo exits with 1', async () => {
  const { code, stdout } = await driftpin(['demo'], ['tsx', planted])
  expect(stdout).toContain("FAIL  no row of Ada's chat has changed")
  expect(stdout).toContain('1 of 24 claims do not hold:')
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(code).toBe(1)
})
