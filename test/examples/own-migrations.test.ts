import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Example, openExample } from './open-example.js'

let vitest: Example
let nodeTest: Example
beforeAll(async () => {
  ;[vitest, nodeTest] = await Promise.all([
    openExample('own-migrations-vitest'),
    openExample('own-migrations-node-test'),
  ])
})
afterAll(() => Promise.all([vitest, nodeTest].map((one) => one?.[Symbol.asyncDispose]())))

describe('a project with migrations of its own', () => {
  test('is tested with vitest', async () => {
    const { code, stdout } = await vitest.run('test')
    expect({ code, stdout }).toMatchObject({ code: 0 })
    expect(stdout).toMatch(/Tests +\d+ passed/)
  })

  test('is tested with node:test, and turns red with a defect', async () => {
    const { code, stdout } = await nodeTest.run('test')
    expect({ code, stdout }).toMatchObject({ code: 0 })
    expect(stdout).toMatch(/^(#|ℹ) pass 3$/m)
    expect(
      await nodeTest.runChanged('test/loans.test.js', 'copies: 1 }', 'copies: 2 }'),
    ).toMatchObject({ code: 1 })
  })
})
