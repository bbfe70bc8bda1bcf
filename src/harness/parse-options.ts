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
  PlainHarnessOptions,
} from './harness-options.js'
import { readSeedScript, type SeedScript } from './seed-script.js'
import { testClockStart } from './test-clock.js'
import type { TestDatabase } from './test-database.js'

type AnyOptions = AllHarnessOptions<TestDatabase>

/** The options of any harness. */
export type AnyHarnessOptions = HarnessOptions | EmbeddedHarnessOptions | PlainHarnessOptions

/** The options of `databaseTest`. */
export type TestOptions = AnyHarnessOptions & DatabaseTestOptions

/** The options of a harness or of `databaseTest`, checked, with the files read that they name. */
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
  readonly leaks: 'fail' | 'warn' | 'off'
  readonly keepFailed: boolean
}

/** What the values of one option have to be: in words for an error message, and as a check. */
type OptionRule = readonly [expected: string, accepts: (value: unknown) => boolean]

const isText = (value: unknown) => typeof value === 'string'
const isPath = (value: unknown) => isText(value) && value !== ''
const isFunction = (value: unknown) => typeof value === 'function'
const isObject = (value: unknown) => typeof value === 'object' && value !== null
const flag: OptionRule = ['true or false', (value) => typeof value === 'boolean']
const pathOrFalse: OptionRule = [
  'the path of a folder, or false',
  (value) => value === false || isPath(value),
]
const oneOf = (...values: readonly unknown[]): OptionRule => [
  `one of '${values.join("', '")}'`,
  (value) => values.includes(value),
]

const harnessRules: Readonly<Record<keyof AnyOptions, OptionRule>> = {
  migrations: pathOrFalse,
  server: ['the URL of a server', isText],
  setup: ['a function', isFunction],
  seed: ['the path of an SQL file, or a function', (value) => isPath(value) || isFunction(value)],
  cacheKey: ['a string', isText],
  extensions: ['an object of extensions by name', isObject],
  randomSeed: ['a safe integer', Number.isSafeInteger],
  clock: oneOf('real', 'test'),
  cacheDirectory: pathOrFalse,
  images: flag,
}

/** What `databaseTest` takes in addition. */
const testRules: Readonly<Record<keyof DatabaseTestOptions, OptionRule>> = {
  isolation: oneOf('rewind', 'rollback', 'fork'),
  leaks: oneOf('fail', 'warn', 'off'),
  keepFailed: flag,
  threads: oneOf('refuse', 'allow'),
}

/** A combination that the types exclude, for callers who do not use TypeScript. */
function contradictionIn({ migrations, setup, seed, cacheKey, ...others }: AnyOptions) {
  const isKeyed = cacheKey !== undefined
  const isDeterministic = others.randomSeed !== undefined || others.clock === 'test'
  if (migrations && setup) return 'migrations and setup both create the schema. Pass one of them'
  if (isKeyed && !setup && typeof seed !== 'function')
    return 'cacheKey names the result of a setup or seed function, and there is none. Omit cacheKey'
  if (isKeyed && others.cacheDirectory === false)
    return 'cacheKey caches the result of functions, and cacheDirectory is false. Omit one of them'
  if (isDeterministic && others.server !== undefined)
    return "randomSeed and clock: 'test' need an embedded engine. Omit them, or omit server"
  if (isDeterministic && others.images === false)
    return "randomSeed and clock: 'test' need an image. Omit them, or omit images: false"
  return undefined
}

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
    const [expected, accepts] = rule
    if (value === undefined || accepts(value)) continue
    // The value of server may contain a password.
    const given =
      name === 'server' ? '' : `, not ${isText(value) ? JSON.stringify(value) : String(value)}`
    throw invalid(`${name} has to be ${expected}${given}`)
  }
  const contradiction = contradictionIn(options)
  if (contradiction) throw invalid(contradiction)
}

/**
 * Checks the options of a harness and reads the files that they name. Nothing is opened or written.
 *
 * @param areOfTests Whether those of `databaseTest` are allowed as well.
 * @throws DriftpinError `invalid_input` for unknown or contradictory options,
 * `migrations_unreadable` and `seed_failed` for files that cannot be read.
 */
export async function parseOptions(given: TestOptions, areOfTests = false): Promise<ParsedOptions> {
  checkOptions(given, areOfTests ? { ...harnessRules, ...testRules } : harnessRules)
  const options: AnyOptions & DatabaseTestOptions = given as never
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
    leaks: options.leaks ?? 'fail',
    keepFailed: options.keepFailed ?? true,
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
