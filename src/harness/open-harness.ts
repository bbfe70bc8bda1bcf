import { DriftpinError } from '../errors.js'
import {
  count,
  type HarnessRuntime,
  Instance,
  imageSettings,
  type MadeInstance,
  plainSettings,
  readWasm,
  type Wasm,
} from '../pglite/index.js'
import { type HarnessOptions, type ReadOptions, readOptions } from './harness-options.js'
import {
  cacheDirectoryOf,
  imageName,
  loadTemplate,
  readCached,
  type Template,
  writeCached,
} from './load-template.js'
import { openPlainRuntime } from './open-plain-runtime.js'
import { runFunctions } from './run-functions.js'
import { createStatistics, type HarnessStatistics } from './statistics.js'
import { createTestDatabase, type TestDatabase } from './test-database.js'

/** So many instances that nobody uses are kept for the next fork. */
const idleMax = 2

/**
 * Makes databases that are migrated, seeded, and each its holder's alone.
 *
 * @example
 * ```ts
 * await using harness: Harness = await openHarness()
 * await using db = await harness.createDatabase()
 * ```
 */
export interface Harness {
  /**
   * What differs from the settings of a stock server, by the name of the setting: nothing where
   * the databases are on a server, which has its own.
   */
  readonly settings: Readonly<Record<string, string>>
  /** What it has done so far. It goes on counting. */
  readonly statistics: HarnessStatistics
  /** A database of one's own. It has to be closed; an instance that is free is used again. */
  createDatabase(): Promise<TestDatabase>
  /** Closes the harness and every database of it. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a harness: the place that databases for tests come from. The first time, anywhere in a
 * project, it makes a database from the migrations and the seed, which takes seconds, and keeps an
 * image of it; after that a process has its first database in some two tenths of a second.
 *
 * @throws DriftpinError `invalid_input` for options that contradict each other,
 * `migrations_unreadable` and `migration_failed` for the migrations, `seed_failed` and
 * `setup_failed` for what the caller's functions and files do, `cache_unwritable`, and
 * `server_unusable` for a server on which no databases can be made.
 *
 * @example
 * ```ts
 * await using harness = await openHarness({ migrations: './db/migrations' })
 * await using db = await harness.createDatabase()
 * const mark = await db.mark()
 * await db.query('INSERT INTO users (name) VALUES ($1)', ['Ada'])
 * await db.rewind(mark)
 * ```
 *
 * @example Databases on a server, each a copy of a template and dropped when it is closed.
 * ```ts
 * await using harness = await openHarness({
 *   server: 'postgres://postgres:secret@127.0.0.1:5432/postgres',
 *   migrations: './db/migrations',
 * })
 * await using db = await harness.createDatabase()
 * await db.query('INSERT INTO users (name) VALUES ($1)', ['Ada'])
 * ```
 */
export async function openHarness(options: HarnessOptions = {}): Promise<Harness> {
  const { server } = options
  if (server !== undefined) {
    const { openServerHarness } = await import('./server/open-server-harness.js')
    return (await openServerHarness({ ...options, server })).harness
  }
  const read = await readOptions(options)
  const statistics = createStatistics()
  const wasm = await readWasm()
  const hasImages = wasm.isProven && options.images !== false
  const make = hasImages
    ? await openSource(options, read, { wasm, statistics })
    : await openPlainRuntime(options, read, { wasm, statistics })
  const idle: MadeInstance[] = []
  const open = new Set<TestDatabase>()
  let isClosed = false
  const refuseClosed = () => {
    if (isClosed) throw new DriftpinError('harness_closed', 'This harness was closed.', {})
  }
  const harness: Harness = {
    settings: hasImages ? imageSettings : plainSettings,
    statistics,
    createDatabase: async () => {
      refuseClosed()
      const made = idle.pop() ?? (await make())
      const db = createTestDatabase({
        ...made,
        adopt: (fork) => {
          open.add(fork)
          return () => open.delete(fork)
        },
        release: async () => {
          open.delete(db)
          if (!isClosed && idle.length < idleMax) {
            await made.instance.rewind(made.base).catch(async (error: unknown) => {
              await made.instance.close()
              throw error
            })
          }
          // The harness may have been closed while it was rewound.
          if (!isClosed && idle.length < idleMax) idle.push(made)
          else await made.instance.close()
        },
      })
      open.add(db)
      if (isClosed) await db.close()
      refuseClosed()
      return db
    },
    close: async () => {
      isClosed = true
      const unused = idle.splice(0).map(({ instance }) => instance.close())
      await Promise.all([...unused, ...[...open].map((db) => db.close())])
    },
    [Symbol.asyncDispose]: () => harness.close(),
  }
  return harness
}

/** Looks for the fastest way to an image of a database that was set up and seeded. */
async function openSource(
  options: HarnessOptions,
  read: ReadOptions,
  { wasm, statistics }: { readonly wasm: Wasm; readonly statistics: HarnessStatistics },
): Promise<() => Promise<MadeInstance>> {
  const directory = cacheDirectoryOf(options)
  const shared = {
    extensions: options.extensions ?? {},
    randomSeed: options.randomSeed,
    statistics,
  }
  const runtimeOf = (image: Template, hasRunFunctions: boolean): HarnessRuntime => ({
    ...shared,
    image,
    hasRunFunctions,
    learned: new Set(),
  })
  const fromImage = (image: Template, hasRunFunctions = false) => {
    const runtime = runtimeOf(image, hasRunFunctions)
    const { randomPosition, clock } = image
    return async () => atBase(await Instance.open(runtime, { randomPosition, clock }))
  }
  const keyed =
    options.cacheKey === undefined ? undefined : imageName(read, wasm.build, options.cacheKey)
  const kept = keyed && directory ? await readCached(directory, keyed) : undefined
  if (kept) {
    statistics.imagesReused++
    return fromImage(kept, true)
  }
  const name = imageName(read, wasm.build)
  const image = await loadTemplate(options, read, { name, statistics })
  const make = fromImage(image)
  if (read.functions.length === 0) return make
  const remake = async (): Promise<Instance> => {
    const { randomPosition, clock } = image
    const instance = await Instance.open(runtimeOf(image, false), { randomPosition, clock })
    await runFunctions(instance, instance.base, read)
    await instance.beginHere(remake)
    return instance
  }
  const seeded = await remake()
  const mark = seeded.base
  let seededImage: Template
  try {
    const { randomPosition, clock } = mark.state
    seededImage = { ...seeded.imageOf(mark), randomPosition, clock }
  } catch {
    count(statistics.fallbacks, 'the seed loaded a module, so every instance runs it')
    return async () => atBase(await remake())
  }
  if (keyed && directory) await writeCached(directory, keyed, seededImage)
  await seeded.close()
  return fromImage(seededImage, true)
}

const atBase = (instance: Instance): MadeInstance => ({ instance, base: instance.base })
