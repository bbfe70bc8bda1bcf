import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { type Database, fromPGlite } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { createMigrator } from '../migrations/index.js'
import {
  buildTemplate,
  createRandomSource,
  decodeImage,
  defaultCacheDirectory,
  driftpinVersion,
  encodeImage,
  formatVersion,
  type Image,
  initdbParameters,
  makeOnce,
  openImageCache,
  startParameters,
} from '../pglite/index.js'
import type { HarnessOptions, ReadOptions } from './harness-options.js'
import { runSeedScript } from './seed-script.js'
import type { HarnessStatistics } from './statistics.js'
import { testClockStart } from './test-clock.js'

/** An image, and what its databases go on with. */
export interface Template extends Image {
  /** Behind the random bytes that were used to make it, so that no database repeats them. */
  readonly randomPosition: number
  readonly clock: number | undefined
}

/** Images of this process, by name: several harnesses may begin with the same one. */
const loaded = new Map<string, Promise<Template>>()

/** Everything an image depends on, as the name of its file. */
export function imageName(read: ReadOptions, build: string, key?: string): string {
  const settings = [...initdbParameters, ...startParameters]
  const parts = [formatVersion, driftpinVersion, build, read.hash, key, ...settings]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** The directory of the cache, or undefined where the caller wants none. */
export function cacheDirectoryOf({ cacheDirectory }: HarnessOptions): string | undefined {
  return cacheDirectory === false ? undefined : resolve(cacheDirectory ?? defaultCacheDirectory())
}

/** Reads the image of what was asked for, or makes it. */
export async function loadTemplate(
  options: HarnessOptions,
  read: ReadOptions,
  { name, statistics }: { readonly name: string; readonly statistics: HarnessStatistics },
): Promise<Template> {
  const directory = cacheDirectoryOf(options)
  const place = `${directory} ${name}`
  const known = loaded.get(place)
  if (known) {
    statistics.imagesReused++
    return known
  }
  const make = async () => {
    statistics.imagesBuilt++
    const random = createRandomSource(options.randomSeed)
    const clock = options.clock === 'test' ? testClockStart : undefined
    const image = await buildTemplate({
      extensions: options.extensions ?? {},
      prepare: (pglite) => prepare(fromPGlite(pglite), read),
      random: random.fill,
      clock: () => clock,
    })
    return { ...image, randomPosition: random.position(), clock }
  }
  const loading = directory ? viaCache(directory, name, statistics, make) : make()
  loaded.set(place, loading)
  // What failed once may work the next time: a file was mended, a disk has room again.
  loading.catch(() => loaded.delete(place))
  return loading
}

async function viaCache(
  directory: string,
  name: string,
  statistics: HarnessStatistics,
  make: () => Promise<Template>,
): Promise<Template> {
  return makeOnce(directory, name, {
    find: async () => {
      const image = await readCached(directory, name)
      if (image) statistics.imagesReused++
      return image
    },
    make: async () => {
      await openImageCache(directory).check()
      const image = await make()
      await writeCached(directory, name, image)
      return image
    },
  })
}

/** An image that was kept, unless it is damaged, in which case it is removed. */
export async function readCached(directory: string, name: string): Promise<Template | undefined> {
  const cache = openImageCache(directory)
  const bytes = await cache.read(`${name}.image`)
  if (!bytes) return undefined
  try {
    return decodeImage(bytes, name) as Template
  } catch (error) {
    if (!(error instanceof DriftpinError)) throw error
    await cache.remove(`${name}.image`)
    return undefined
  }
}

/** @throws DriftpinError `cache_unwritable`. */
export async function writeCached(directory: string, name: string, image: Template): Promise<void> {
  await openImageCache(directory).write(`${name}.image`, encodeImage(image, name))
}

/** Migrates and seeds an empty database. */
export async function prepare(database: Database, read: ReadOptions): Promise<void> {
  if (read.folder === 'ours') await createMigrator(database).up()
  else await read.folder?.apply(database)
  if (read.seedScript) await runSeedScript(database, read.seedScript)
}
