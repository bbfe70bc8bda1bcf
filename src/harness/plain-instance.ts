import { PGlite } from '@electric-sql/pglite'
import { fromPGlite } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import {
  count,
  decodeArchive,
  type Extensions,
  encodeArchive,
  findSharedEngine,
  ImageCache,
  makeOnce,
  plainParameters,
  type TestInstance,
  type Wasm,
  type WatchedPGlite,
  watchPGlite,
} from '../pglite/index.js'
import { imageName, prepare, readCachedFile } from './load-template.js'
import type { ParsedOptions } from './parse-options.js'
import { runFunctionsOnInstance } from './run-functions.js'
import type { HarnessStatistics } from './statistics.js'

let hasWarned = false

const startParams = [...plainParameters]

/**
 * Opens the source of instances that work without images and use only what PGlite documents. Such
 * an instance is rewound by starting another PGlite from a data directory. Session state (settings,
 * temporary tables) is not part of a mark.
 */
export async function openPlainSource(
  options: ParsedOptions,
  { wasm, statistics }: { readonly wasm: Wasm; readonly statistics: HarnessStatistics },
): Promise<() => Promise<TestInstance>> {
  if (!wasm.isProven) warnOnce(options, wasm)
  const { extensions, functions, cacheDirectory: directory } = options
  const name = `plain-${imageName(options, wasm.build)}`
  const make = async () => {
    statistics.imagesBuilt++
    await using pglite = await PGlite.create({ extensions, startParams })
    await prepare(fromPGlite(pglite), options)
    const { rows } = await pglite.query<{ postgres: string }>(
      "SELECT current_setting('server_version') AS postgres",
    )
    return { tar: await pglite.dumpDataDir('none'), postgres: rows[0]!.postgres }
  }
  const tar = directory
    ? await makeOnce(directory, name, {
        find: () =>
          readCachedFile(
            directory,
            `${name}.tar`,
            (bytes) => new Blob([new Uint8Array(decodeArchive(bytes, name))]),
          ),
        make: async () => {
          const { tar, postgres } = await make()
          const bytes = Buffer.from(await tar.arrayBuffer())
          const archive = encodeArchive(bytes, name, { pglite: wasm.version, postgres })
          await new ImageCache(directory).write(`${name}.tar`, archive)
          return tar
        },
      })
    : (await make()).tar
  const open = (from: Blob) => PlainInstance.open(from, { extensions, statistics })
  const seeded = functions.length === 0 ? tar : await seed(await open(tar), functions)
  const why = wasm.isProven ? 'images are switched off' : 'images were not proven on this PGlite'
  return async () => {
    count(statistics.fallbacks, why)
    return open(seeded)
  }
}

async function seed(instance: PlainInstance, functions: ParsedOptions['functions']): Promise<Blob> {
  await runFunctionsOnInstance(instance, functions)
  const mark = await instance.mark()
  await instance.close()
  return mark.tar
}

function warnOnce({ randomSeed, clock }: ParsedOptions, { build }: Wasm): void {
  const what =
    `driftpin has not been proven on the installed PGlite (its WebAssembly is ${build}). ` +
    'Tests work, but each rewind starts PostgreSQL again, which takes about a second.'
  if (randomSeed !== undefined || clock !== undefined) {
    const message = `${what} randomSeed and clock: 'test' are not available.`
    throw new DriftpinError('image_unusable', message, { build })
  }
  if (hasWarned) return
  hasWarned = true
  process.emitWarning(`${what} Install the version that driftpin depends on.`, 'DriftpinWarning')
}

interface PlainMark {
  readonly tar: Blob
}

/** What all instances of a harness share. */
interface PlainOrigin {
  readonly extensions: Extensions
  readonly statistics: HarnessStatistics
}

/** An instance that is rewound by replacing its PGlite. */
class PlainInstance implements TestInstance {
  readonly base: PlainMark
  #pglite: PGlite
  #watch: WatchedPGlite
  readonly #origin: PlainOrigin

  private constructor(pglite: PGlite, base: PlainMark, origin: PlainOrigin) {
    this.base = base
    this.#pglite = pglite
    this.#watch = watchPGlite(pglite)
    this.#origin = origin
  }

  static async open(tar: Blob, origin: PlainOrigin): Promise<PlainInstance> {
    const { extensions, statistics } = origin
    const pglite = await PGlite.create({ loadDataDir: tar, extensions, startParams })
    statistics.databases++
    return new PlainInstance(pglite, { tar }, origin)
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
    throw new DriftpinError('image_unusable', 'The clock cannot be set without images.', { ms })
  }

  async mark(): Promise<PlainMark> {
    await this.#pglite.exec('CHECKPOINT')
    return { tar: await this.#pglite.dumpDataDir('none') }
  }

  async rewind({ tar }: PlainMark): Promise<void> {
    const started = performance.now()
    const old = this.#pglite
    await findSharedEngine(old)?.endClients()
    const isIdle = await this.#watch.idle()
    const { extensions, statistics } = this.#origin
    this.#pglite = await PGlite.create({ loadDataDir: tar, extensions, startParams })
    this.#watch = watchPGlite(this.#pglite)
    // A crashed instance cannot be closed. It is left to the garbage collector.
    if (isIdle && !old.closed) await old.close().catch(() => {})
    statistics.rewindMs.push(performance.now() - started)
  }

  async fork({ tar }: PlainMark): Promise<TestInstance> {
    return PlainInstance.open(tar, this.#origin)
  }

  async close(): Promise<void> {
    if (!this.#pglite.closed) await this.#pglite.close()
  }
}
