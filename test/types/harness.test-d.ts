import type pg from 'pg'
import { expectTypeOf, test } from 'vitest'
import {
  type AllHarnessOptions,
  type EmbeddedTestDatabase,
  type Harness,
  type HarnessOptions,
  openHarness,
  type PlainTestDatabase,
  type TestDatabase,
} from '../../src/harness/index.js'
import { databaseTest, type Isolation, type RollbackDatabase } from '../../src/harness/vitest.js'
import type { Database, Queryable } from '../../src/index.js'

const server = 'postgres://127.0.0.1/postgres'
const work = async () => {}

test('an embedded harness creates embedded databases', () => {
  expectTypeOf(openHarness()).resolves.toEqualTypeOf<Harness<EmbeddedTestDatabase>>()
  const plain = openHarness({ images: false, seed: async (db) => void (await db.fork()) })
  expectTypeOf(plain).resolves.toEqualTypeOf<Harness<PlainTestDatabase>>()
  void openHarness({
    seed: async (db) => {
      expectTypeOf(db).toEqualTypeOf<EmbeddedTestDatabase>()
    },
  })
  void openHarness({ server: undefined, randomSeed: 1, clock: 'test', images: true })
  void openHarness({ migrations: false, setup: work, cacheKey: 'one' })
})

test('a harness that may be on a server creates databases with what both have', () => {
  expectTypeOf(openHarness({ server })).resolves.toEqualTypeOf<Harness<TestDatabase>>()
  const either = { server: process.env.TEST_SERVER, migrations: 'migrations' }
  expectTypeOf(openHarness(either)).resolves.toEqualTypeOf<Harness<TestDatabase>>()
  const options: HarnessOptions = { seed: 'seed.sql' }
  expectTypeOf(openHarness(options)).resolves.toEqualTypeOf<Harness<TestDatabase>>()
  void openHarness({
    server,
    seed: async (db) => {
      expectTypeOf(db).toEqualTypeOf<TestDatabase>()
    },
  })
})

test('every database has what it offers, and nothing that only throws', () => {
  expectTypeOf<RollbackDatabase>().toExtend<Queryable>()
  expectTypeOf<TestDatabase>().toExtend<Database>()
  expectTypeOf<TestDatabase>().toExtend<RollbackDatabase>()
  expectTypeOf<EmbeddedTestDatabase>().toExtend<TestDatabase>()
  expectTypeOf<TestDatabase['pool']>().toExtend<pg.Pool>()
  expectTypeOf<TestDatabase>().toExtend<AsyncDisposable>()
  expectTypeOf<Harness>().toExtend<AsyncDisposable>()
  type Plain = 'pglite' | 'mark' | 'rewind' | 'fork'
  expectTypeOf<Exclude<keyof PlainTestDatabase, keyof TestDatabase>>().toEqualTypeOf<Plain>()
  expectTypeOf<
    Exclude<keyof EmbeddedTestDatabase, keyof PlainTestDatabase>
  >().toEqualTypeOf<'save'>()
  type Own = 'listen' | 'pool' | 'url' | 'close' | typeof Symbol.asyncDispose
  expectTypeOf<Exclude<keyof TestDatabase, keyof RollbackDatabase>>().toEqualTypeOf<Own>()
})

test('a test has a database of the type that its options lead to', () => {
  databaseTest()('embedded', ({ db, isolation }) => {
    expectTypeOf(db).toEqualTypeOf<EmbeddedTestDatabase>()
    expectTypeOf(isolation).toEqualTypeOf<'rewind' | 'fork'>()
  })
  databaseTest({ isolation: 'fork', leaks: 'warn' })('embedded', ({ db }) => {
    expectTypeOf(db).toEqualTypeOf<EmbeddedTestDatabase>()
  })
  databaseTest({ images: false })('without images', ({ db }) => {
    expectTypeOf(db).toEqualTypeOf<PlainTestDatabase>()
  })
  databaseTest({ server, seed: work })('on a server', ({ db }) => {
    expectTypeOf(db).toEqualTypeOf<TestDatabase>()
  })
  databaseTest({ isolation: 'rollback', clock: 'test' })(
    'in a transaction',
    ({ db, isolation }) => {
      expectTypeOf(db).toEqualTypeOf<RollbackDatabase>()
      expectTypeOf(isolation).toEqualTypeOf<Isolation>()
    },
  )
  databaseTest({ server, isolation: 'rollback' })('in a transaction there', ({ db }) => {
    expectTypeOf(db).toEqualTypeOf<RollbackDatabase>()
  })
  databaseTest().override('isolation', 'fork')
  // @ts-expect-error: a test in a transaction has a database of another type.
  databaseTest().override('isolation', 'rollback')
})

test('options that exclude each other are no options', () => {
  // @ts-expect-error: two ways to create the schema.
  void openHarness({ migrations: 'migrations', setup: work })
  // @ts-expect-error: nothing that a key could name.
  void openHarness({ cacheKey: 'one', seed: 'seed.sql' })
  // @ts-expect-error: no cache for what the key names.
  void openHarness({ cacheKey: 'one', seed: work, cacheDirectory: false })
  // @ts-expect-error: a server has random numbers of its own.
  void openHarness({ server, randomSeed: 1 })
  // @ts-expect-error: a server has a clock of its own.
  void openHarness({ server: process.env.TEST_SERVER, clock: 'test' })
  // @ts-expect-error: the random numbers come with the image.
  void openHarness({ images: false, randomSeed: 1 })
  // @ts-expect-error: the clock comes with the image.
  void openHarness({ images: false, clock: 'test' })
  // @ts-expect-error: there is no such option.
  void openHarness({ random: 1 })
  // @ts-expect-error: isolation is an option of tests.
  void openHarness({ isolation: 'fork' })
  // @ts-expect-error: there is no such isolation.
  databaseTest({ isolation: 'truncate' })
  // @ts-expect-error: a server has no PGlite.
  void openHarness({ server, setup: async ({ pglite }) => pglite.exec('SELECT 1') })
  expectTypeOf<AllHarnessOptions<TestDatabase>>().not.toExtend<HarnessOptions>()
})
