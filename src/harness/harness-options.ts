import type { Extensions } from '../pglite/index.js'
import type { EmbeddedTestDatabase, PlainTestDatabase, TestDatabase } from './test-database.js'

type DatabaseFunction<Db> = (db: Db) => Promise<void>

/**
 * Every option of a harness. All of them are optional. {@link HarnessOptions} says which of them
 * can be used together.
 *
 * @example
 * ```ts
 * const seed: AllHarnessOptions<TestDatabase>['seed'] = async (db) => {
 *   await db.query("INSERT INTO plans (name) VALUES ('free')")
 * }
 * await using harness = await openHarness({ migrations: './db/migrations', seed })
 * ```
 */
export interface AllHarnessOptions<Db extends TestDatabase> {
  /**
   * A folder of migrations: pairs of SQL files, forward-only files (Flyway, goose, dbmate, Supabase
   * and others), or a Prisma or Drizzle folder. The default is driftpin's own migrations; `false`
   * leaves the database empty. Excludes `setup`.
   */
  readonly migrations?: string | false
  /**
   * The URL of a PostgreSQL server, version 14 or later. The databases are created there instead of
   * in the process. `undefined`, the default, keeps them in the process, so that
   * `server: process.env.TEST_SERVER` runs the same tests in both places.
   *
   * Each database is a copy of a template. One process creates the template for all, and a template
   * that has not been used for a week is dropped. A database is dropped when it is closed; the
   * database of a failed test is kept until the test runs again, or for a week. All names begin
   * with `driftpin_`. Databases left by a killed process are dropped by the next process.
   *
   * - The user needs CREATEDB. The connection must be direct: no pooler and no `driftpin dev`.
   * - Roles belong to the whole server: migrations create only those that are missing. Settings
   *   made with ALTER DATABASE ... SET stay in the template.
   * - `extensions` has no effect. Install extensions on the server and create them with SQL.
   *   Templates are created from `template0`.
   * - `images` and `cacheDirectory` have no effect. `randomSeed` and `clock: 'test'` are refused,
   *   since they need an embedded engine.
   */
  readonly server?: string | undefined
  /**
   * Creates the schema in code, on an empty database. It runs once in each process. Excludes
   * `migrations`.
   */
  readonly setup?: DatabaseFunction<Db>
  /**
   * The rows that every database starts with: an SQL file, which runs in one transaction and is
   * part of the image, or a function, which runs once in each process.
   */
  readonly seed?: string | DatabaseFunction<Db>
  /**
   * Names the result of the `setup` and `seed` functions, so that it is cached too. Change the key
   * whenever the functions change: the harness cannot detect that. Needs such a function.
   */
  readonly cacheKey?: string
  /** PGlite extensions by name, such as `{ pg_trgm }`. A migration creates them with SQL. */
  readonly extensions?: Extensions
  /**
   * An integer that makes randomness in SQL repeatable: `gen_random_uuid()`, `uuidv7()` and
   * `random()`. Without it they are truly random.
   */
  readonly randomSeed?: number
  /**
   * `'test'` stops SQL time at 2026-01-01 00:00 UTC until `db.clock` sets or advances it. The clock
   * of the process is not affected. `'real'`, the default, is the time of the machine.
   */
  readonly clock?: 'real' | 'test'
  /**
   * The folder that images are cached in, or `false` for no cache. The default is
   * `node_modules/.cache/driftpin` in the project, or the value of `DRIFTPIN_CACHE_DIR`.
   */
  readonly cacheDirectory?: string | false
  /**
   * `false` starts every database from its data directory instead of an image. This is slow; it
   * exists for comparison. Excludes `randomSeed` and `clock: 'test'`. The databases then are of the
   * type {@link PlainTestDatabase}.
   */
  readonly images?: boolean
}

/** `migrations` and `setup` exclude each other. */
type OneSchema = { readonly setup?: undefined } | { readonly migrations?: false }

/** `cacheKey` needs a function, and a cache. */
type CacheKey<Db> =
  | { readonly cacheKey?: undefined }
  | ({ readonly cacheDirectory?: string } & (
      | { readonly setup: DatabaseFunction<Db> }
      | { readonly seed: DatabaseFunction<Db> }
    ))

/** `randomSeed` and `clock: 'test'` need an image of an embedded engine. */
type RealRandomnessAndTime = { readonly randomSeed?: undefined; readonly clock?: 'real' }

type EmbeddedEngine = { readonly server?: undefined }

type OptionsFor<Db extends TestDatabase> = AllHarnessOptions<Db> & OneSchema & CacheKey<Db>

/**
 * The options of a harness whose databases are embedded in the process: no `server`.
 *
 * @example
 * ```ts
 * const options: EmbeddedHarnessOptions = { migrations: './db/migrations', randomSeed: 42 }
 * await using harness = await openHarness(options)
 * await using db = await harness.createDatabase()
 * const mark = await db.mark()
 * ```
 */
export type EmbeddedHarnessOptions = OptionsFor<EmbeddedTestDatabase> &
  EmbeddedEngine & { readonly images?: true }

/**
 * The options of a harness whose databases are embedded and start without images.
 *
 * @example
 * ```ts
 * const options: PlainHarnessOptions = { migrations: './db/migrations', images: false }
 * await using harness = await openHarness(options)
 * ```
 */
export type PlainHarnessOptions = OptionsFor<PlainTestDatabase> &
  EmbeddedEngine &
  RealRandomnessAndTime & { readonly images: false }

/**
 * The options of a harness: the valid combinations of {@link AllHarnessOptions}.
 *
 * @example
 * ```ts
 * const options: HarnessOptions = {
 *   server: process.env.TEST_SERVER,
 *   migrations: './db/migrations',
 * }
 * await using harness = await openHarness(options)
 * ```
 */
export type HarnessOptions = OptionsFor<TestDatabase> &
  (RealRandomnessAndTime | (EmbeddedEngine & { readonly images?: true }))

/**
 * How a test is isolated from the others.
 *
 * - `rewind` (the default): after each test the database of the process is put back to its initial
 *   state, in one to three milliseconds. Nothing of the test remains.
 * - `rollback`: the test runs inside a transaction, at a cost of about 0.1 milliseconds. Sequences
 *   keep their values, nothing commits (deferred constraints and NOTIFY have no effect), `now()`
 *   does not advance, and `db` is a {@link RollbackDatabase}.
 * - `fork`: the test has its own instance, which takes about 0.2 seconds. Concurrent tests always
 *   have one.
 *
 * On a server, `rewind` and `fork` both give the test its own database. With `rollback`, a failed
 * test is committed so that its rows can be inspected, and the next test has another database.
 *
 * @example
 * ```ts
 * const isolation: Isolation = process.env.CI ? 'fork' : 'rewind'
 * const countIn = (database: Database) => database.query('SELECT count(*) FROM chats')
 * const test = databaseTest({ isolation })
 * test(`chats can be counted (${isolation})`, ({ db }) => countIn(db))
 * ```
 */
export type Isolation = 'rewind' | 'rollback' | 'fork'

/**
 * The options of `databaseTest` in addition to those of a harness.
 *
 * @example
 * ```ts
 * const options: DatabaseTestOptions = { leaks: 'warn', keepFailed: false }
 * const test = databaseTest({ ...options, migrations: './db/migrations' })
 * ```
 */
export interface DatabaseTestOptions {
  /** The default is `rewind`. For a part of a file: `test.override('isolation', 'fork')`. */
  readonly isolation?: Isolation
  /**
   * What happens to a test that leaves something open: a transaction, a running query, a LISTEN, an
   * advisory lock, a changed setting, a client of the pool or a fork. `fail` (the default), `warn`
   * or `off`. On a server, LISTENs and settings end with the database and are not checked.
   */
  readonly leaks?: 'fail' | 'warn' | 'off'
  /**
   * Whether the database of a failed test is kept, in `.driftpin/failed` or on the server. The
   * default is true.
   */
  readonly keepFailed?: boolean
  /** `allow` permits vitest's threads pool, in which PGlite has crashed V8. */
  readonly threads?: 'refuse' | 'allow'
}
