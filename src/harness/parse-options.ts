import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DriftpinError } from '../errors.js'
import { bundledFiles, type MigrationFolder, readMigrationFolder } from '../migrations/index.js'
import type { Extensions } from '../pglite/index.js'
import { defaultCacheDirectory } from '../pglite/index.js'
import type {
  AllHarnessOptions,
  DatabaseTestOptions,
  EmbeddedHarnessOptions,
  HarnessOptions,
} from './harness-options.js'
import { readSeedScript, type SeedScript } from './seed-script.js'
import { testClockStart } from './test-clock.js'
import type { TestDatabase } from './test-database.js'

type AnyOptions = AllHarnessOptions<TestDatabase>

/** The options of `databaseTest`. */
export type TestOptions = (HarnessOptions | EmbeddedHarnessOptions) & DatabaseTestOptions

/** The options of a harness, checked, with the files read that they name. */
export interface ParsedOptions {
  readonly server: string | undefined
  readonly migrations: MigrationFolder | 'ours' | undefined
  readonly seedScript: SeedScript | undefined
  /** Functions of the caller, which run once in each process. */
  readonly functions: readonly {
    /** The code of the error that is thrown when it fails. */
    readonly code: 'setup_failed' | 'seed_failed'
    readonly run: (db: TestDatabase) => Promise<void>
  }[]
  readonly cacheKey: string | undefined
  readonly extensions: Extensions
  readonly randomSeed: number | undefined
  /** The time at which the clock of SQL stands, in milliseconds; undefined follows the machine. */
  readonly clock: number | undefined
  /** Undefined if nothing is cached. */
  readonly cacheDirectory: string | undefined
  readonly usesImages: boolean
  /** A hash of everything that determines the image, except what functions do. */
  readonly hash: string
}

/** The options of `databaseTest`, likewise. */
export interface ParsedTestOptions extends ParsedOptions {
  readonly leaks: 'fail' | 'warn' | 'off'
  readonly keepFailed: boolean
}

/** What the values of one option have to be: in words for an error message, and as a check. */
interface OptionRule {
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
}

const isText = (value: unknown) => typeof value === 'string'
const isFunction = (value: unknown) => typeof value === 'function'
const isFlag: OptionRule = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
}
const isPathOrFalse: OptionRule = {
  expected: 'the path of a folder, or false',
  accepts: (value) => value === false || (isText(value) && value !== ''),
}
const oneOf = (...values: readonly string[]): OptionRule => ({
  expected: `one of '${values.join("', '")}'`,
  accepts: (value) => values.some((one) => one === value),
})

const harnessRules: Readonly<Record<keyof AnyOptions, OptionRule>> = {
  migrations: isPathOrFalse,
  server: { expected: 'the URL of a server', accepts: isText },
  setup: { expected: 'a function', accepts: isFunction },
  seed: {
    expected: 'the path of an SQL file, or a function',
    accepts: (value) => (isText(value) && value !== '') || isFunction(value),
  },
  cacheKey: { expected: 'a string', accepts: isText },
  extensions: {
    expected: 'an object of extensions by name',
    accepts: (value) => typeof value === 'object' && value !== null,
  },
  randomSeed: { expected: 'a safe integer', accepts: Number.isSafeInteger },
  clock: oneOf('real', 'test'),
  cacheDirectory: isPathOrFalse,
  images: isFlag,
}

/** What `databaseTest` takes in addition. */
const testRules: Readonly<Record<keyof DatabaseTestOptions, OptionRule>> = {
  isolation: oneOf('rewind', 'rollback', 'fork'),
  leaks: oneOf('fail', 'warn', 'off'),
  keepFailed: isFlag,
  threads: oneOf('refuse', 'allow'),
}

const hasFunction = ({ setup, seed }: AnyOptions) => Boolean(setup) || typeof seed === 'function'
const isDeterministic = ({ randomSeed, clock }: AnyOptions) =>
  randomSeed !== undefined || clock === 'test'

/** Combinations that the types exclude, for callers who do not use TypeScript. */
const contradictions: readonly (readonly [(options: AnyOptions) => boolean, string])[] = [
  [
    ({ migrations, setup }) => Boolean(migrations && setup),
    'migrations and setup both create the schema. Pass one of them',
  ],
  [
    (options) => options.cacheKey !== undefined && !hasFunction(options),
    'cacheKey names the result of a setup or seed function, and there is none. Omit cacheKey',
  ],
  [
    ({ cacheKey, cacheDirectory }) => cacheKey !== undefined && cacheDirectory === false,
    'cacheKey caches the result of functions, and cacheDirectory is false. Omit one of them',
  ],
  [
    (options) => options.server !== undefined && isDeterministic(options),
    "randomSeed and clock: 'test' need an embedded engine. Omit them, or omit server",
  ],
  [
    (options) => options.images === false && isDeterministic(options),
    "randomSeed and clock: 'test' need an image. Omit them, or omit images: false",
  ],
]

/** An option that is undefined counts as omitted. */
function checkOptions(options: object, rules: Readonly<Record<string, OptionRule>>): void {
  const invalid = (why: string) =>
    new DriftpinError('invalid_input', `The options of the harness are invalid: ${why}.`, {
      options: Object.keys(options),
    })
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (!rule) {
      const names = Object.keys(rules).join(', ')
      throw invalid(`there is no option ${name}. The options are ${names}`)
    }
    if (value === undefined || rule.accepts(value)) continue
    // The value of server may contain a password.
    const given =
      name === 'server' ? '' : `, not ${isText(value) ? JSON.stringify(value) : String(value)}`
    throw invalid(`${name} has to be ${rule.expected}${given}`)
  }
  const found = contradictions.find(([applies]) => applies(options))
  if (found) throw invalid(found[1])
}

/**
 * Checks the options of a harness and reads the files that they name. Nothing is opened or written.
 *
 * @throws DriftpinError `invalid_input` for unknown or contradictory options,
 * `migrations_unreadable` and `seed_failed` for files that cannot be read.
 */
export async function parseOptions(
  options: HarnessOptions | EmbeddedHarnessOptions,
): Promise<ParsedOptions> {
  checkOptions(options, harnessRules)
  return await readFiles(options as AnyOptions)
}

/**
 * The same for `databaseTest`.
 *
 * @throws DriftpinError What {@link parseOptions} throws.
 */
export async function parseTestOptions(options: TestOptions): Promise<ParsedTestOptions> {
  checkOptions(options, { ...harnessRules, ...testRules })
  const { leaks = 'fail', keepFailed = true } = options
  return { ...(await readFiles(options as AnyOptions)), leaks, keepFailed }
}

async function readFiles(options: AnyOptions): Promise<ParsedOptions> {
  const { migrations, setup, seed, extensions = {}, randomSeed, clock, cacheDirectory } = options
  const isOurs = migrations === undefined && !setup
  const folder = migrations ? await readMigrationFolder(resolve(migrations)) : undefined
  const seedScript = typeof seed === 'string' ? await readSeedScript(seed) : undefined
  const functions: ParsedOptions['functions'][number][] = []
  if (setup) functions.push({ code: 'setup_failed', run: setup })
  if (typeof seed === 'function') functions.push({ code: 'seed_failed', run: seed })
  const parts = {
    migrations: isOurs ? bundledFiles : folder?.hash,
    seed: seedScript?.text,
    extensions: await Promise.all(Object.entries(extensions).map(identify)),
    randomSeed,
    clock,
  }
  return {
    server: options.server,
    migrations: isOurs ? 'ours' : folder,
    seedScript,
    functions,
    cacheKey: options.cacheKey,
    extensions,
    randomSeed,
    clock: clock === 'test' ? testClockStart : undefined,
    cacheDirectory:
      cacheDirectory === false ? undefined : resolve(cacheDirectory ?? defaultCacheDirectory()),
    usesImages: options.images !== false,
    hash: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
  }
}

/**
 * Identifies an extension by the file that its setup function names. The function is called
 * without a PGlite; if it needs one, its source text identifies the extension.
 */
async function identify([name, extension]: [string, Extensions[string]]): Promise<string[]> {
  if (extension instanceof URL) return [name, await checksum(extension)]
  try {
    const { bundlePath } = await extension.setup({} as never, {})
    if (bundlePath) return [name, await checksum(bundlePath)]
  } catch (error) {
    if (error instanceof DriftpinError) throw error
    // PGlite calls it again and reports what is wrong with it.
  }
  return [name, extension.setup.toString()]
}

async function checksum(file: URL): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}
