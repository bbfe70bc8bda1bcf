import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DriftpinError } from '../errors.js'
import { bundledFiles, type MigrationFolder, readMigrationFolder } from '../migrations/index.js'
import type { Extensions } from '../pglite/index.js'
import { readSeedScript, type SeedScript } from './seed-script.js'
import type { TestDatabase } from './test-database.js'

/**
 * What a harness makes its databases from. All of it is optional: the default is our schema.
 *
 * @example
 * ```ts
 * const options: HarnessOptions = { migrations: './db/migrations', randomSeed: 42 }
 * await using harness = await openHarness(options)
 * ```
 */
export interface HarnessOptions {
  /**
   * A folder of migrations: SQL pairs, files that only go forward (Flyway, goose, dbmate, Supabase
   * and the like), or a folder of Prisma's or Drizzle's. `false` leaves the database empty.
   * Without it, driftpin's own.
   */
  readonly migrations?: string | false
  /**
   * The URL of a PostgreSQL server, 14 or newer, on which databases are made instead of in the
   * process: `undefined`, the default, is the process. So the same tests run embedded by day and on
   * a server at night, with `server: process.env.TEST_SERVER`.
   *
   * Each database is a copy of a template, which is made once for all processes and dropped when
   * nobody used it for a week. It is dropped when it is closed; that of a failed test is kept until
   * the test is run again, or a week. All of them are called `driftpin_...`, and what a
   * process that was killed left is dropped by the next.
   *
   * - The user needs CREATEDB. The connection has to be a direct one: no pooler, no `driftpin dev`.
   * - Roles belong to the whole server, so that migrations make them only where they are missing;
   *   what they ALTER DATABASE ... SET stays with the template.
   * - `extensions` are those of PGlite and do nothing here: install them on the server, and create
   *   them by SQL as ever. Templates are made from `template0`, so that each has the same.
   * - There is no `db.pglite`, and nothing can be marked, rewound, forked or saved;
   *   `randomSeed` and `clock: 'test'` are refused. `images` and `cacheDirectory` do nothing.
   */
  readonly server?: string | undefined
  /**
   * Makes the schema in code instead of from a folder. It runs once in every process, on an empty
   * database.
   */
  readonly setup?: (db: TestDatabase) => Promise<void>
  /**
   * Rows that every database begins with: an SQL file, which runs in one transaction and is kept
   * with the image, or a function, which runs once in every process.
   */
  readonly seed?: string | ((db: TestDatabase) => Promise<void>)
  /**
   * Names what `setup` and `seed` functions make, so that it is kept as well. Change it
   * whenever they change: nothing else can tell that they did.
   */
  readonly cacheKey?: string
  /** PGlite's extensions by name, such as `{ pg_trgm }`; a migration creates them with SQL. */
  readonly extensions?: Extensions
  /**
   * A seed, an integer, for everything random in SQL: `gen_random_uuid()`, `uuidv7()` and
   * `random()` then repeat. Without it they are truly random.
   */
  readonly randomSeed?: number
  /**
   * `'test'` stops the time of SQL at 2026-01-01 00:00 UTC until `db.clock` is set or advanced; the
   * time of the process goes on. `'real'`, the default, is the machine's.
   */
  readonly clock?: 'real' | 'test'
  /**
   * Where images are kept, or `false` to keep none. By default `node_modules/.cache/driftpin` of
   * the project, or `DRIFTPIN_CACHE_DIR`.
   */
  readonly cacheDirectory?: string | false
  /** `false` starts every database from its files: the way without images, for comparison. */
  readonly images?: boolean
}

/** Options that were looked into: files read, and a name for all that they lead to. */
export interface ReadOptions {
  readonly folder: MigrationFolder | 'ours' | undefined
  readonly seedScript: SeedScript | undefined
  /** Runs in each process, where there are functions. */
  readonly functions: readonly {
    /** What is thrown when it fails. */
    readonly code: 'setup_failed' | 'seed_failed'
    readonly run: (db: TestDatabase) => Promise<void>
  }[]
  /** A hash of all that the image depends on and can be read. */
  readonly hash: string
}

/** @throws DriftpinError `invalid_input` for options that contradict each other, and whatever is
 * wrong with a folder or file that they name. */
export async function readOptions(options: HarnessOptions): Promise<ReadOptions> {
  refuseContradictions(options)
  const { migrations, setup, seed, extensions = {}, randomSeed, clock } = options
  const folder =
    migrations === undefined && !setup
      ? 'ours'
      : migrations !== undefined && migrations !== false
        ? await readMigrationFolder(resolve(migrations))
        : undefined
  const seedScript = typeof seed === 'string' ? await readSeedScript(seed) : undefined
  const functions: ReadOptions['functions'][number][] = []
  if (setup) functions.push({ code: 'setup_failed', run: setup })
  if (typeof seed === 'function') functions.push({ code: 'seed_failed', run: seed })
  const parts = {
    migrations: folder === 'ours' ? bundledFiles : folder?.hash,
    seed: seedScript?.text,
    extensions: await Promise.all(Object.entries(extensions).map(identify)),
    randomSeed,
    clock,
  }
  return {
    folder,
    seedScript,
    functions,
    hash: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
  }
}

/**
 * What an extension brings. Its setup is what names the files; it is asked without a PGlite, and
 * one that cannot do without is known by its text.
 */
async function identify([name, extension]: [string, Extensions[string]]): Promise<string[]> {
  if (extension instanceof URL) return [name, await checksum(extension)]
  try {
    const { bundlePath } = await extension.setup({} as never, {})
    if (bundlePath) return [name, await checksum(bundlePath)]
  } catch (error) {
    if (error instanceof DriftpinError) throw error
    // It will say what is wrong when it is set up in earnest.
  }
  return [name, extension.setup.toString()]
}

async function checksum(file: URL): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

function refuseContradictions(options: HarnessOptions): void {
  const refuse = (why: string) => {
    throw new DriftpinError('invalid_input', why, { options: Object.keys(options) })
  }
  const { migrations, setup, seed, cacheKey, randomSeed, clock, images, cacheDirectory, server } =
    options
  if (migrations && setup) refuse('Both migrations and setup make the schema: pass one of them.')
  if (migrations === '') refuse('The path of migrations is empty: name a folder, or pass false.')
  if (cacheDirectory === '') refuse('cacheDirectory is empty: name a folder, or pass false.')
  if (cacheKey !== undefined && !setup && typeof seed !== 'function') {
    refuse('A cacheKey names what a setup or seed function makes, and there is none: leave it out.')
  }
  if (cacheKey !== undefined && cacheDirectory === false) {
    refuse('A cacheKey keeps what functions make on disk, and cacheDirectory is false: pass one.')
  }
  if (randomSeed !== undefined && !Number.isSafeInteger(randomSeed)) {
    refuse(`randomSeed is a whole number to begin with, not ${randomSeed}.`)
  }
  if (clock !== undefined && clock !== 'real' && clock !== 'test') {
    refuse(`clock is 'real' or 'test', not ${JSON.stringify(clock)}.`)
  }
  if (server !== undefined && (randomSeed !== undefined || clock === 'test')) {
    refuse(
      'randomSeed and clock are given to the engine, which a server has of its own: leave one out.',
    )
  }
  if (images === false && (randomSeed !== undefined || clock === 'test')) {
    refuse('randomSeed and clock are given to the engine with its image: images cannot be false.')
  }
}
