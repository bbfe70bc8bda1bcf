/**
 * vitest's `test` with a database. Needs vitest, an optional peer dependency.
 *
 * @module
 */

import { isMainThread } from 'node:worker_threads'
import {
  beforeAll,
  type RunnerTask,
  type RunnerTestCase,
  type TestAPI,
  test as vitestTest,
} from 'vitest'
import { DriftpinError } from '../errors.js'
import type {
  DatabaseTestOptions,
  EmbeddedHarnessOptions,
  HarnessOptions,
  Isolation,
  PlainHarnessOptions,
} from './harness-options.js'
import type { TestOptions } from './parse-options.js'
import type {
  EmbeddedTestDatabase,
  PlainTestDatabase,
  RollbackDatabase,
  TestDatabase,
} from './test-database.js'
import { openTestWorker } from './test-worker.js'
import type { TestWorker } from './worker-databases.js'

/** Longer than the first image of any schema takes. */
const openingMsMax = 10 * 60 * 1000

/** Every isolation but `rollback`, whose database is of another type. */
type OwnDatabase = Exclude<Isolation, 'rollback'>

/**
 * The fixtures of {@link databaseTest}.
 *
 * @example
 * ```ts
 * const countChats = async ({ db }: Pick<DatabaseFixtures, 'db'>) =>
 *   (await db.query('SELECT FROM chats')).rowCount
 * ```
 */
export interface DatabaseFixtures<
  Db extends RollbackDatabase = EmbeddedTestDatabase,
  I extends Isolation = OwnDatabase,
> {
  /** A migrated and seeded database for this test alone. */
  db: Db
  /** How the test is isolated from the others. */
  isolation: I
}

/**
 * Creates vitest's `test` with a database. The first test of a process opens the harness, from a
 * cached image if there is one. {@link HarnessOptions} describes the databases.
 *
 * @throws DriftpinError in the tests that use `db`: what `openHarness` throws, `test_leaked` for a
 * test that left something open, and `invalid_input` in the threads pool, unless on a server.
 *
 * @example
 * ```ts
 * import { databaseTest } from 'driftpin/vitest'
 *
 * export const test = databaseTest({
 *   migrations: './db/migrations',
 *   seed: async (db) => {
 *     await db.query("INSERT INTO plans (name) VALUES ('free')")
 *   },
 * })
 *
 * test('a user begins on the free plan', async ({ db }) => {
 *   await db.query("INSERT INTO users (name, plan) SELECT 'Ada', id FROM plans")
 * })
 * ```
 */
export function databaseTest(
  options?: EmbeddedHarnessOptions & DatabaseTestOptions & { readonly isolation?: OwnDatabase },
): TestAPI<DatabaseFixtures>
/**
 * Tests on embedded databases without images.
 *
 * @example
 * ```ts
 * import { databaseTest } from 'driftpin/vitest'
 *
 * export const test = databaseTest({ migrations: './db/migrations', images: false })
 * ```
 */
export function databaseTest(
  options: PlainHarnessOptions & DatabaseTestOptions & { readonly isolation?: OwnDatabase },
): TestAPI<DatabaseFixtures<PlainTestDatabase>>
/**
 * The same tests embedded, or on the server that the environment names: `db` has what both have.
 *
 * @example
 * ```ts
 * import { databaseTest } from 'driftpin/vitest'
 *
 * // TEST_SERVER=postgres://postgres:secret@127.0.0.1:5432/postgres npx vitest run
 * export const test = databaseTest({
 *   server: process.env.TEST_SERVER,
 *   migrations: './db/migrations',
 *   seed: './db/seed.sql',
 * })
 * ```
 */
export function databaseTest(
  options: HarnessOptions & DatabaseTestOptions & { readonly isolation?: OwnDatabase },
): TestAPI<DatabaseFixtures<TestDatabase>>
/**
 * Tests inside a transaction: `db` has what can be used there.
 *
 * @example
 * ```ts
 * import { databaseTest } from 'driftpin/vitest'
 *
 * export const test = databaseTest({ migrations: './db/migrations', isolation: 'rollback' })
 * ```
 */
export function databaseTest(
  options: TestOptions,
): TestAPI<DatabaseFixtures<RollbackDatabase, Isolation>>
export function databaseTest(options: TestOptions = {}): unknown {
  let opening: Promise<TestWorker> | undefined
  const open = async () => {
    refuseThreads(options)
    opening ??= openTestWorker(options)
    return opening
  }
  const extended = vitestTest.extend<
    DatabaseFixtures<RollbackDatabase, Isolation> & { worker: TestWorker; closing: undefined }
  >({
    isolation: options.isolation ?? 'rewind',
    worker: [
      // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it what a fixture needs.
      async ({}, use) => {
        const worker = await open()
        await use(worker)
        await worker.report()
      },
      { scope: 'file' },
    ],
    closing: [
      // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it what a fixture needs.
      async ({}, use) => {
        await use(undefined)
        const opened = await opening?.catch(() => undefined)
        opening = undefined
        await opened?.close()
      },
      { scope: 'worker', auto: true },
    ],
    db: async ({ task, isolation, worker }, use) => {
      const name = nameOf(task)
      const given = await worker.begin(task.concurrent === true ? 'fork' : isolation)
      await use(given.db)
      await given.end({ name, hasFailed: task.result?.state === 'fail' && !task.fails })
    },
  })
  return openingFirst(extended, open)
}

/**
 * Opens the harness before the first test, because creating an image may take longer than a test.
 */
function openingFirst<T extends object>(test: T, open: () => Promise<unknown>): T {
  let isPrepared = false
  const prepare = () => {
    if (isPrepared) return
    isPrepared = true
    try {
      // An error here occurs again in the tests that need the database, and they report it.
      beforeAll(async () => {
        await open().catch(() => {})
      }, openingMsMax)
    } catch {
      // The first use is inside a running test. That test waits for the harness.
    }
  }
  return new Proxy(test, {
    apply: (target, self, args) => {
      prepare()
      return Reflect.apply(target as never, self, args)
    },
    get: (target, name) => {
      prepare()
      return Reflect.get(target, name)
    },
  })
}

/**
 * vitest's `test` with a database that has driftpin's own schema: migrated, empty, and for the test
 * alone.
 *
 * @example
 * ```ts
 * import { createChat } from 'driftpin'
 * import { test } from 'driftpin/vitest'
 *
 * test('a chat begins without pins', async ({ db }) => {
 *   await createChat(db, { ownerId: crypto.randomUUID() })
 * })
 * ```
 */
export const test: TestAPI<DatabaseFixtures> = databaseTest()

/**
 * The name of a test: different for every test of a run, and the same in the next run. Two projects
 * of vitest may run one file, and tests of one file may have the same name.
 */
function nameOf(test: Readonly<RunnerTestCase>): string {
  const { file } = test
  const path: string[] = []
  let one: RunnerTask | undefined = test
  while (one && one.id !== file.id) {
    const { id, name, suite = file }: RunnerTask = one
    const place = suite.tasks.filter((other) => other.name === name).findIndex((o) => o.id === id)
    path.unshift(place > 0 ? `${name} (${place + 1})` : name)
    one = suite
  }
  const project = file.projectName ? [file.projectName] : []
  return [...project, file.name, ...path].join(' > ')
}

function refuseThreads({ threads, server }: DatabaseTestOptions & { server?: unknown }): void {
  if (isMainThread || threads === 'allow' || server !== undefined) return
  throw new DriftpinError(
    'invalid_input',
    "These tests run in vitest's threads pool, in which PGlite has crashed V8 and with it the " +
      "whole run. Set pool: 'forks' in vitest.config.ts, or pass threads: 'allow'.",
    { pool: 'threads' },
  )
}

export type { AllHarnessOptions } from './harness-options.js'
export type { DatabaseMark } from './test-database.js'
export type {
  DatabaseTestOptions,
  EmbeddedHarnessOptions,
  EmbeddedTestDatabase,
  HarnessOptions,
  Isolation,
  PlainHarnessOptions,
  PlainTestDatabase,
  RollbackDatabase,
  TestDatabase,
}
