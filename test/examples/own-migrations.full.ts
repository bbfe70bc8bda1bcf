import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Example, openExample } from './open-example.js'

let example: Example
beforeAll(async () => {
  example = await openExample('own-migrations-vitest')
})
afterAll(() => example?.[Symbol.asyncDispose]())

describe('the project with migrations of its own', () => {
  test('runs the same tests on a server', async () => {
    const TEST_SERVER = inject('servers').at(-1)!.url
    expect(await example.run('test', { TEST_SERVER })).toMatchObject({ code: 0 })
  })

  test('turns red with a defect in its code', async () => {
    const broken = await example.runChanged('src/lend.ts', ' AND copies > 0', '')
    expect(broken).toMatchObject({ code: 1 })
    expect(broken.stderr).toContain('books_copies_not_negative')
  })

  test('turns red with a migration that cannot be taken back', async () => {
    const down = 'db/migrations/000002_create_loans.down.sql'
    const left = await example.runChanged(down, 'DROP TABLE loans', 'SELECT 1')
    expect(left).toMatchObject({ code: 1 })
    expect(left.stderr).toContain('CREATE TABLE public.loans')
  })
})
