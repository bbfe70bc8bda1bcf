import type fc from 'fast-check'
import type pg from 'pg'
import { expectTypeOf, test } from 'vitest'
import type { openPool } from '../../src/connections.js'
import type { PushParams, ResourceInput } from '../../src/index.js'
import { push, resources } from '../../src/laws/arbitraries/index.js'
import { checkHistories, type HistoriesOptions, type Operations } from '../../src/laws/index.js'
import type { scan } from '../../src/scan/index.js'
import { generateTruths, verifyMigrations } from '../../src/workbench/index.js'

test('a pool on a PGlite is a pool of node-postgres', () => {
  expectTypeOf<ReturnType<typeof openPool>>().toExtend<pg.Pool>()
})

test('a scan is a push but for the agent and the version', () => {
  type Scan = Awaited<ReturnType<typeof scan>>
  expectTypeOf<Omit<Scan, 'rootName'>>().toExtend<Omit<PushParams, 'agentId' | 'version'>>()
})

test('arbitraries make what operations take', () => {
  expectTypeOf(resources()).toEqualTypeOf<fc.Arbitrary<ResourceInput[]>>()
  expectTypeOf(push()).toEqualTypeOf<fc.Arbitrary<Omit<PushParams, 'agentId'>>>()
})

test('operations of one are taken in the place of ours, and no others', () => {
  expectTypeOf<HistoriesOptions['operations']>().toEqualTypeOf<Partial<Operations> | undefined>()
  expectTypeOf(checkHistories({ seed: 1 })).resolves.toHaveProperty('failure')
  // @ts-expect-error: there is no such operation.
  void checkHistories({ operations: { vacuum: async () => {} } })
})

test('the workbench takes a folder, and says what it found', () => {
  expectTypeOf(verifyMigrations({ migrations: '' }))
    .resolves.toHaveProperty('ok')
    .toBeBoolean()
  // @ts-expect-error: there is no such file to generate.
  void generateTruths({ only: ['dump'] })
})
