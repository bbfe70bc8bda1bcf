import { PGlite } from '@electric-sql/pglite'
import { fromPGlite } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import {
  count,
  decodeArchive,
  type Extensions,
  encodeArchive,
  endClients,
  type MadeInstance,
  makeOnce,
  openImageCache,
  plainParameters,
  type TestInstance,
  type Wasm,
  type WatchedPGlite,
  watchPGlite,
} from '../pglite/index.js'
import type { HarnessOptions, ReadOptions } from './harness-options.js'
import { cacheDirectoryOf, imageName, prepare } from './load-template.js'
import { runFunctions } from './run-functions.js'
import type { HarnessStatistics } from './statistics.js'

let hasWarned = false

const startParams = [...plainParameters]

/**
 * The way without images, through nothing but what PGlite documents: a rewind is a new PGlite that
 * loads a data directory. What a session had (settings, temporary tables) is not part of a mark.
 */
export async function openPlainRuntime(
  options: HarnessOptions,
  read: ReadOptions,
  { wasm, statistics }: { readonly wasm: Wasm; readonly statistics: HarnessStatistics },
): Promise<() => Promise<MadeInstance>> {
  if (!wasm.isProven) warnOnce(options, wasm)
  const extensions = options.extensions ?? {}
  const name = `plain-${imageName(read, wasm.build)}`
  const make = async () => {
    statistics.imagesBuilt++
    await using pglite = await PGlite.create({ extensions, startParams })
    await prepare(fromPGlite(pglite), read)
    const { rows } = await pglite.query<{ postgres: string }>(
      "SELECT current_setting('server_version') AS postgres",
    )
    return { tar: await pglite.dumpDataDir('none'), postgres: rows[0]!.postgres }
  }
  const directory = cacheDirectoryOf(options)
  const tar = directory
    ? await makeOnce(directory, name, {
        find: () => readTar(directory, name),
        make: async () => {
          const { tar, postgres } = await make()
          const bytes = Buffer.from(await tar.arrayBuffer())
          const archive = encodeArchive(bytes, name, { pglite: wasm.version, postgres })
          await openImageCache(directory).write(`${name}.tar`, archive)
          return tar
        },
      })
    : (await make()).tar
  const why = wasm.isProven ? 'images are switched off' : 'images were not proven on this PGlite'
  const seeded =
    read.functions.length === 0 ? tar : await seed(tar, extensions, { read, statistics })
  return async () => {
    count(statistics.fallbacks, why)
    const instance = await PlainInstance.open(seeded, extensions, statistics)
    return { instance, base: instance.base }
  }
}

async function seed(
  tar: Blob,
  extensions: Extensions,
  { read, statistics }: { readonly read: ReadOptions; readonly statistics: HarnessStatistics },
): Promise<Blob> {
  const instance = await PlainInstance.open(tar, extensions, statistics)
  await runFunctions(instance, instance.base, read)
  const mark = await instance.mark()
  await instance.close()
  return mark.tar
}

async function readTar(directory: string, name: string): Promise<Blob | undefined> {
  const cache = openImageCache(directory)
  const bytes = await cache.read(`${name}.tar`)
  if (!bytes) return undefined
  try {
    return new Blob([new Uint8Array(decodeArchive(bytes, name))])
  } catch (error) {
    if (!(error instanceof DriftpinError)) throw error
    await cache.remove(`${name}.tar`)
    return undefined
  }
}

function warnOnce({ randomSeed, clock }: HarnessOptions, { build }: Wasm): void {
  const what =
    `driftpin was not proven on the PGlite that is installed (its WebAssembly is ${build}). ` +
    'Tests work, and each rewind starts PostgreSQL anew, which takes about a second.'
  if (randomSeed !== undefined || clock === 'test') {
    throw new DriftpinError('image_unusable', `${what} randomSeed and clock cannot be had.`, {
      build,
    })
  }
  if (hasWarned) return
  hasWarned = true
  process.emitWarning(`${what} Install the version that driftpin depends on.`, 'DriftpinWarning')
}

interface PlainMark {
  readonly tar: Blob
}

class PlainInstance implements TestInstance {
  readonly base: PlainMark
  #pglite: PGlite
  #watch: WatchedPGlite
  readonly #extensions: Extensions
  readonly #statistics: HarnessStatistics

  private constructor(
    pglite: PGlite,
    base: PlainMark,
    { extensions, statistics }: { extensions: Extensions; statistics: HarnessStatistics },
  ) {
    this.base = base
    this.#pglite = pglite
    this.#watch = watchPGlite(pglite)
    this.#extensions = extensions
    this.#statistics = statistics
  }

  static async open(
    tar: Blob,
    extensions: Extensions,
    statistics: HarnessStatistics,
  ): Promise<PlainInstance> {
    const pglite = await PGlite.create({ loadDataDir: tar, extensions, startParams })
    statistics.forks++
    return new PlainInstance(pglite, { tar }, { extensions, statistics })
  }

  get pglite(): PGlite {
    return this.#pglite
  }

  get watch(): WatchedPGlite {
    return this.#watch
  }

  get clock(): undefined {
    return undefined
  }

  set clock(ms: number | undefined) {
    if (ms === undefined) return
    throw new DriftpinError('image_unusable', 'Without images the clock cannot be set.', { ms })
  }

  async mark(): Promise<PlainMark> {
    await this.#pglite.exec('CHECKPOINT')
    return { tar: await this.#pglite.dumpDataDir('none') }
  }

  async rewind({ tar }: PlainMark): Promise<void> {
    const started = performance.now()
    const old = this.#pglite
    await endClients(old)
    const isIdle = await this.#watch.idle()
    const extensions = this.#extensions
    this.#pglite = await PGlite.create({ loadDataDir: tar, extensions, startParams })
    this.#watch = watchPGlite(this.#pglite)
    // One that crashed cannot be closed, and is let go.
    if (isIdle && !old.closed) await old.close().catch(() => {})
    this.#statistics.rewindMs.push(performance.now() - started)
  }

  async fork({ tar }: PlainMark): Promise<TestInstance> {
    return PlainInstance.open(tar, this.#extensions, this.#statistics)
  }

  async close(): Promise<void> {
    if (!this.#pglite.closed) await this.#pglite.close()
  }
}
