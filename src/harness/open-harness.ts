import { DriftpinError } from '../errors.js'
import type { Image } from './engine/image.js'
import { settings } from './engine/start-parameters.js'
import { readWasm } from './engine/wasm.js'
import { type HarnessOptions, type ReadOptions, readOptions } from './harness-options.js'
import { Instance, type Workshop } from './instance.js'
import {
  cacheDirectoryOf,
  imageName,
  loadTemplate,
  readCached,
  writeCached,
} from './load-template.js'
import { openPlainWorkshop } from './plain-instance.js'
import { runFunctions } from './run-functions.js'
import { count, createStatistics, type HarnessStatistics } from './statistics.js'
import { testClockStart } from './test-clock.js'
import { createTestDatabase, type TestDatabase } from './test-database.js'
import type { MadeInstance, TestInstance } from './test-instance.js'

/** So many instances that nobody uses are kept for the next fork. */
const idleMax = 2

/** Makes databases that are migrated, seeded, and each its holder's alone. */
export interface Harness {
  /** What differs from the settings of a stock PGlite, by the name of the setting. */
  readonly settings: Readonly<Record<string, string>>
  readonly statistics: HarnessStatistics
  /** A database of one's own. It has to be closed; an instance that is free is used again. */
  fork(): Promise<TestDatabase>
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
 * `setup_failed` for what the caller's functions and files do, and `cache_unwritable`.
 *
 * @example
 * ```ts
 * await using harness = await openHarness({ migrations: './db/migrations' })
 * await using db = await harness.fork()
 * const mark = await db.mark()
 * await db.query('INSERT INTO users (name) VALUES ($1)', ['Ada'])
 * await db.rewind(mark)
 * ```
 */
export async function openHarness(options: HarnessOptions = {}): Promise<Harness> {
  const read = await readOptions(options)
  const statistics = createStatistics()
  const make = await openSource(options, read, statistics)
  const idle: MadeInstance[] = []
  const all = new Set<TestInstance>()
  let isClosed = false
  const harness: Harness = {
    settings,
    statistics,
    fork: async () => {
      if (isClosed) throw new DriftpinError('harness_closed', 'This harness was closed.', {})
      const made = idle.pop() ?? (await make())
      all.add(made.instance)
      return createTestDatabase({
        ...made,
        release: async () => {
          if (!isClosed && idle.length < idleMax) {
            await made.instance.rewind(made.base)
            idle.push(made)
          } else {
            all.delete(made.instance)
            await made.instance.close()
          }
        },
      })
    },
    close: async () => {
      isClosed = true
      await Promise.all([...all].map((instance) => instance.close()))
      all.clear()
    },
    [Symbol.asyncDispose]: () => harness.close(),
  }
  return harness
}

/** Looks for the fastest way to a database that was set up and seeded. */
async function openSource(
  options: HarnessOptions,
  read: ReadOptions,
  statistics: HarnessStatistics,
): Promise<() => Promise<MadeInstance>> {
  const wasm = await readWasm()
  if (!wasm.isProven || options.images === false) {
    return openPlainWorkshop(options, read, { wasm, statistics })
  }
  const directory = cacheDirectoryOf(options)
  const origin = { randomPosition: 0, clock: options.clock === 'test' ? testClockStart : undefined }
  const shared = { extensions: options.extensions ?? {}, randomSeed: options.random, statistics }
  const workshopOf = (image: Image): Workshop => ({ ...shared, image, learned: new Set() })
  const fromImage = (image: Image) => {
    const workshop = workshopOf(image)
    return async () => atBase(await Instance.open(workshop, origin))
  }
  const keyed = options.key === undefined ? undefined : imageName(read, wasm.build, options.key)
  const kept = keyed && directory ? await readCached(directory, keyed) : undefined
  if (kept) {
    statistics.imagesReused++
    return fromImage(kept)
  }
  const name = imageName(read, wasm.build)
  const image = await loadTemplate(options, read, { name, statistics })
  const make = fromImage(image)
  if (read.functions.length === 0) return make
  const remake = async (): Promise<Instance> => {
    const instance = await Instance.open(workshopOf(image), origin)
    await runFunctions(instance, instance.base, read)
    return instance
  }
  const seeded = await remake()
  const mark = await seeded.mark()
  let seededImage: Image
  try {
    seededImage = seeded.imageOf(mark)
  } catch {
    count(statistics.fallbacks, 'the seed loaded a module, so every instance runs it')
    return async () => {
      const instance = await remake()
      return { instance, base: await instance.mark(remake) }
    }
  }
  if (keyed && directory) await writeCached(directory, keyed, seededImage)
  const after = { randomPosition: mark.state.randomPosition, clock: mark.state.clock }
  const workshop = workshopOf(seededImage)
  await seeded.close()
  return async () => atBase(await Instance.open(workshop, after))
}

const atBase = (instance: Instance): MadeInstance => ({ instance, base: instance.base })
