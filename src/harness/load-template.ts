import { createHash } from 'node:crypto'
import { type Database, fromPGlite } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { createMigrator } from '../migrations/index.js'
import {
  buildTemplate,
  createRandomSource,
  decodeImage,
  driftpinVersion,
  encodeImage,
  formatVersion,
  type Image,
  ImageCache,
  initdbParameters,
  makeOnce,
  startParameters,
} from '../pglite/index.js'
import type { ParsedOptions } from './parse-options.js'
import { runSeedScript } from './seed-script.js'
import type { HarnessStatistics } from './statistics.js'

/** The images of this process by name. Several harnesses may use the same one. */
const loaded = new Map<string, Promise<Image>>()

/**
 * The name of the file of an image: a hash of everything that the image depends on. The version of
 * the package is part of it because the code that creates images changes between versions.
 */
export function imageName({ hash }: ParsedOptions, build: string, key?: string): string {
  const settings = [...initdbParameters, ...startParameters]
  const parts = [formatVersion, driftpinVersion, build, hash, key, ...settings]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** Reads an image from the cache, or creates it. */
export async function loadTemplate(
  options: ParsedOptions,
  { name, statistics }: { readonly name: string; readonly statistics: HarnessStatistics },
): Promise<Image> {
  const { cacheDirectory: directory, extensions, clock } = options
  const place = `${directory} ${name}`
  const known = loaded.get(place)
  if (known) {
    statistics.imagesReused++
    return known
  }
  const make = () => {
    statistics.imagesBuilt++
    const random = createRandomSource(options.randomSeed)
    const given = { extensions, random, clock }
    return buildTemplate(given, (pglite) => prepare(fromPGlite(pglite), options))
  }
  const loading = directory ? viaCache(directory, name, statistics, make) : make()
  loaded.set(place, loading)
  // A later attempt may succeed, after a file was corrected or disk space was freed.
  loading.catch(() => loaded.delete(place))
  return loading
}

async function viaCache(
  directory: string,
  name: string,
  statistics: HarnessStatistics,
  make: () => Promise<Image>,
): Promise<Image> {
  return makeOnce(directory, name, {
    find: async () => {
      const image = await readCached(directory, name)
      if (image) statistics.imagesReused++
      return image
    },
    make: async () => {
      await new ImageCache(directory).check()
      const image = await make()
      await writeCached(directory, name, image)
      return image
    },
  })
}

/** Reads a cached image. A damaged one is removed. */
export function readCached(directory: string, name: string): Promise<Image | undefined> {
  return readCachedFile(directory, `${name}.image`, (bytes) => decodeImage(bytes, name))
}

/** Reads a cached file. A damaged one is removed. */
export async function readCachedFile<T>(
  directory: string,
  file: string,
  decode: (bytes: Buffer) => T,
): Promise<T | undefined> {
  const cache = new ImageCache(directory)
  const bytes = await cache.read(file)
  if (!bytes) return undefined
  try {
    return decode(bytes)
  } catch (error) {
    if (!(error instanceof DriftpinError)) throw error
    await cache.remove(file)
    return undefined
  }
}

/** @throws DriftpinError `cache_unwritable`. */
export async function writeCached(directory: string, name: string, image: Image): Promise<void> {
  await new ImageCache(directory).write(`${name}.image`, encodeImage(image, name))
}

/** Migrates and seeds an empty database. */
export async function prepare(
  database: Database,
  { migrations, seedScript }: ParsedOptions,
): Promise<void> {
  if (migrations === 'ours') await createMigrator(database).up()
  else await migrations?.apply(database)
  if (seedScript) await runSeedScript(database, seedScript)
}
