/**
 * vitest's `test` with a database in it. It needs vitest, an optional peer.
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
import type { HarnessOptions } from './harness-options.js'
import type { TestDatabase } from './test-database.js'
import { openTestWorker, type TestWorker } from './test-worker.js'

/**
 * How a test is kept from the others.
 *
 * - `rewind` (the default): the database of the process is put back after each test, in
 *   one to three milliseconds. Rows, sequences, tables, roles, settings: everything.
 * - `rollback`: a transaction around the test, about a tenth of a millisecond. Sequences stay where
 *   they were moved to, nothing commits (deferred constraints and NOTIFY are not seen), `now()`
 *   stands still, and `db.pglite`, marks and forks are not there.
 * - `fork`: an instance of the test's own, about two tenths of a second. Concurrent tests always
 *   get one.
 *
 * On a server, `rewind` and `fork` are both a database of the test's own. A failed test with
 * `rollback` is committed, so that its rows can be looked into, and the next has another database.
 *
 * @example
 * ```ts
 * const isolation: Isolation = process.env.CI ? 'fork' : 'rewind'
 * const test = databaseTest({ isolation })
 * ```
 */
export type Isolation = 'rewind' | 'rollback' | 'fork'

/**
 * What {@link databaseTest} can be told, beside where its databases come from.
 *
 * @example
 * ```ts
 * const options: DatabaseTestOptions = { migrations: './db/migrations', isolation: 'fork' }
 * const test = databaseTest(options)
 * ```
 */
export interface DatabaseTestOptions extends HarnessOptions {
  /** `rewind` by default. For a part of a file: `test.override('isolation', 'fork')`. */
  readonly isolation?: Isolation
  /**
   * What to do with a test that ends with an open transaction, a query in flight, a LISTEN, an
   * advisory lock or a changed setting: `fail` (the default), `warn` or `off`. On a server, LISTEN
   * and settings end with the database and are not looked for.
   */
  readonly leaks?: 'fail' | 'warn' | 'off'
  /**
   * Whether the database of a failed test is kept, in `.driftpin/failed` or on the server; true by
   * default.
   */
  readonly keepFailed?: boolean
  /** `allow` lets tests run in vitest's threads pool, in which PGlite has crashed V8 for others. */
  readonly threads?: 'refuse' | 'allow'
}

/** Longer than any schema takes to be made the first time. */
const openingMsMax = 10 * 60 * 1000

/**
 * What tests are given.
 *
 * @example
 * ```ts
 * const countChats = async ({ db }: Pick<DatabaseFixtures, 'db'>) =>
 *   (await db.query('SELECT FROM chats')).rowCount
 * ```
 */
export interface DatabaseFixtures {
  /** A migrated and seeded database that is this test's alone. */
  db: TestDatabase
  /** How the test is kept from the others. */
  isolation: Isolation
}

/**
 * Makes vitest's `test` with a database in it. The first test of a process opens the harness, from
 * an image that was kept; see {@link HarnessOptions} for what it is made from.
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
 *
 * @example The same tests embedded, or on the server that the environment names.
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
export function databaseTest(options: DatabaseTestOptions = {}): TestAPI<DatabaseFixtures> {
  let opening: Promise<TestWorker> | undefined
  const open = async () => {
    refuseThreads(options)
    opening ??= openTestWorker(options)
    return opening
  }
  const extended = vitestTest.extend<DatabaseFixtures & { worker: TestWorker; closing: undefined }>(
    {
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
          await opened?.close?.()
        },
        { scope: 'worker', auto: true },
      ],
      db: async ({ task, isolation, worker }, use) => {
        const name = nameOf(task)
        const given = await worker.begin(task.concurrent === true ? 'fork' : isolation)
        await use(given.db)
        await given.end({ name, hasFailed: task.result?.state === 'fail' && !task.fails })
      },
    },
  ) as unknown as TestAPI<DatabaseFixtures>
  let isPrepared = false
  const prepare = () => {
    if (isPrepared) return
    isPrepared = true
    try {
      // The first run makes an image, which takes longer than a test may. What fails here fails
      // again in the tests that need it, and there it is told.
      beforeAll(async () => {
        await open().catch(() => {})
      }, openingMsMax)
    } catch {
      // Used for the first time while tests run already: then the first of them waits.
    }
  }
  return new Proxy(extended, {
    apply: (target, self, args) => {
      prepare()
      return Reflect.apply(target, self, args)
    },
    get: (target, name) => {
      prepare()
      return Reflect.get(target, name)
    },
  })
}

/**
 * vitest's `test` with a database of driftpin's own schema in it: migrated, empty, the test's
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

function refuseThreads({ threads, server }: DatabaseTestOptions): void {
  if (isMainThread || threads === 'allow' || server !== undefined) return
  throw new DriftpinError(
    'invalid_input',
    "These tests run in vitest's threads pool, in which PGlite has crashed V8 and with it the " +
      "whole run. Set pool: 'forks' in vitest.config.ts, or pass threads: 'allow'.",
    { pool: 'threads' },
  )
}

export type { DatabaseMark, TestDatabase } from './test-database.js'
export type { HarnessOptions }
