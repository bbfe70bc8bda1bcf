import { createHash } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import { type Database, fromPGlite } from '../database/index.js'
import { createMigrator } from '../migrations/index.js'
import {
  type Archive,
  buildArchive,
  buildTemplate,
  count,
  createRandomSource,
  decodeArchive,
  decodeImage,
  driftpinVersion,
  encodeArchive,
  encodeImage,
  formatVersion,
  type Image,
  ImageCache,
  Instance,
  initdbParameters,
  makeOnce,
  PlainInstance,
  startParameters,
  type TestInstance,
} from '../pglite/index.js'
import { type ParsedOptions, parseOptions } from './parse-options.js'
import { runFunctionsOnInstance } from './run-functions.js'
import { runSeedScript } from './seed-script.js'
import { createStatistics, type HarnessStatistics } from './statistics.js'

/** The state that databases start from: running, or without images as an archive of its files. */
type State = Image | Archive

/** What the databases of a harness are made from. */
export interface TemplateSource {
  readonly options: ParsedOptions
  readonly statistics: HarnessStatistics
  /** The build of PGlite. */
  readonly build: string
  /** Why there are no images; undefined if there are. */
  readonly whyPlain: string | undefined
}

/** What every database of a harness starts from. */
export interface Template {
  /** Undefined if every instance has to run the functions of the caller. */
  readonly state: State | undefined
  readonly open: () => Promise<TestInstance>
}

/** The base states of this process. Several harnesses may use the same one. */
const loaded = new Map<string, Promise<State>>()

/**
 * The name of the file of an image: a hash of everything that the image depends on. The version of
 * the package is part of it because the code that creates images changes between versions.
 */
export function imageName({ hash }: ParsedOptions, build: string, key?: string): string {
  const settings = [...initdbParameters, ...startParameters]
  const parts = [formatVersion, driftpinVersion, build, hash, key, ...settings]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/**
 * Loads a database that is migrated and seeded, from the cache if possible. The result of functions
 * without a key is not cached.
 */
export async function loadTemplate(source: TemplateSource): Promise<Template> {
  const { functions, cacheKey } = source.options
  if (functions.length === 0) {
    const state = await loadBase(source)
    return { state, open: openerOf(source, state, false) }
  }
  let remake: Template['open'] | undefined
  const makeSeeded = async () => {
    const open = openerOf(source, await loadBase(source), false)
    let state: State | undefined
    remake = async () => {
      const instance = await open()
      await runFunctionsOnInstance(instance, functions)
      state = await instance.beginHere(remake!)
      return instance
    }
    await (await remake()).close()
    return state
  }
  const state =
    cacheKey === undefined ? await makeSeeded() : await viaCache(source, cacheKey, makeSeeded)
  if (state) return { state, open: openerOf(source, state, true) }
  count(source.statistics.fallbacks, 'the seed loaded a module, so every instance runs it')
  return { state, open: remake! }
}

/** Loads the database on which no function has run. */
async function loadBase(source: TemplateSource): Promise<State> {
  const { options, statistics, build, whyPlain } = source
  const place = [options.cacheDirectory, imageName(options, build), whyPlain].join(' ')
  const known = loaded.get(place)
  if (known) {
    statistics.imagesReused++
    return known
  }
  const loading = viaCache(source, undefined, async (): Promise<State> => {
    statistics.imagesBuilt++
    const { extensions, randomSeed, clock } = options
    const fill = (pglite: PGlite) => prepare(fromPGlite(pglite), options)
    if (whyPlain) return buildArchive(extensions, fill)
    const given = { extensions, random: createRandomSource(randomSeed), clock }
    return buildTemplate(given, fill, await loadEmpty(source))
  })
  loaded.set(place, loading)
  // A later attempt may succeed, after a file was corrected or disk space was freed.
  loading.catch(() => loaded.delete(place))
  return loading
}

/**
 * Loads the empty database that others are made from: initdb takes longer than most migrations. A
 * database that repeats to the byte runs its own.
 */
async function loadEmpty({ options, ...source }: TemplateSource): Promise<Image | undefined> {
  const { cacheDirectory, migrations, seedScript, extensions, randomSeed, clock } = options
  const isEmpty = !migrations && !seedScript && Object.keys(extensions).length === 0
  const repeats = randomSeed !== undefined || clock !== undefined
  if (!cacheDirectory || isEmpty || repeats) return undefined
  const empty = await parseOptions({ migrations: false, cacheDirectory })
  const state = await loadBase({ ...source, options: empty, statistics: createStatistics() })
  return 'tar' in state ? undefined : state
}

async function viaCache<Made extends State | undefined>(
  { options, statistics, build, whyPlain }: TemplateSource,
  cacheKey: string | undefined,
  make: () => Promise<Made>,
): Promise<State | Made> {
  const { cacheDirectory: directory } = options
  if (!directory) return make()
  const cache = new ImageCache(directory)
  const name = imageName(options, build, cacheKey)
  const key = whyPlain ? `plain-${name}` : name
  const file = whyPlain ? `${key}.tar` : `${key}.image`
  return makeOnce<State | Made>(directory, key, {
    find: async () => {
      const decode = whyPlain ? decodeArchive : decodeImage
      const state = await cache.read<State>(file, (bytes) => decode(bytes, key))
      if (state) statistics.imagesReused++
      return state
    },
    make: async () => {
      await cache.check()
      const state = await make()
      if (state) await cache.write(file, await encode(state, key))
      return state
    },
  })
}

const encode = (state: State, key: string) =>
  'tar' in state ? encodeArchive(state, key) : encodeImage(state, key)

/** @param hasRunFunctions Whether functions of the caller ran before the state was taken. */
function openerOf(
  { options, statistics }: TemplateSource,
  state: State,
  hasRunFunctions: boolean,
): Template['open'] {
  const { extensions, randomSeed } = options
  if ('tar' in state) return () => PlainInstance.open(state, { extensions, statistics })
  const learned = new Set<string>()
  const origin = { extensions, randomSeed, statistics, image: state, hasRunFunctions, learned }
  return () => Instance.open(origin)
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
