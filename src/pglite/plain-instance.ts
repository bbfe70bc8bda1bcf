import { PGlite } from '@electric-sql/pglite'
import { DriftpinError } from '../errors.js'
import { type Archive, archiveOf, startParams } from './archive.js'
import type { TestInstance } from './instance.js'
import type { InstanceOrigin } from './running-engine.js'
import { findSharedEngine } from './sessions/direct-session.js'
import { type WatchedPGlite, watchPGlite } from './watch-pglite.js'

type PlainOrigin = Pick<InstanceOrigin, 'extensions' | 'statistics'>

/**
 * An instance that works without images and uses only what PGlite documents. It is rewound by
 * starting another PGlite from an archive. The state of the session (settings, temporary tables) is
 * not part of a mark.
 */
export class PlainInstance implements TestInstance {
  pglite: PGlite
  watch: WatchedPGlite
  base: Archive
  readonly #origin: PlainOrigin

  private constructor(pglite: PGlite, base: Archive, origin: PlainOrigin) {
    this.pglite = pglite
    this.watch = watchPGlite(pglite)
    this.base = base
    this.#origin = origin
  }

  static async open(base: Archive, origin: PlainOrigin): Promise<PlainInstance> {
    const { extensions, statistics } = origin
    const pglite = await PGlite.create({ loadDataDir: base.tar, extensions, startParams })
    statistics.databases++
    return new PlainInstance(pglite, base, origin)
  }

  get clock(): undefined {
    return undefined
  }

  set clock(ms: number | undefined) {
    if (ms === undefined) return
    throw new DriftpinError('image_unusable', 'The clock cannot be set without images.', { ms })
  }

  async beginHere(): Promise<Archive> {
    this.base = await this.mark()
    return this.base
  }

  mark(): Promise<Archive> {
    return archiveOf(this.pglite)
  }

  async rewind({ tar }: Archive): Promise<void> {
    const started = performance.now()
    const old = this.pglite
    await findSharedEngine(old)?.endClients()
    const isIdle = await this.watch.idle()
    const { extensions, statistics } = this.#origin
    this.pglite = await PGlite.create({ loadDataDir: tar, extensions, startParams })
    this.watch = watchPGlite(this.pglite)
    // A crashed instance cannot be closed. It is left to the garbage collector.
    if (isIdle && !old.closed) await old.close().catch(() => {})
    statistics.rewindMs.push(performance.now() - started)
  }

  fork(mark: Archive): Promise<TestInstance> {
    return PlainInstance.open(mark, this.#origin)
  }

  async close(): Promise<void> {
    if (!this.pglite.closed) await this.pglite.close()
  }
}

let hasWarned = false

/**
 * Warns once that there are no images on a build of PGlite.
 *
 * @throws DriftpinError `image_unusable` for options that need an image.
 */
export function warnOfUnprovenBuild(
  build: string,
  { randomSeed, clock }: { readonly randomSeed: unknown; readonly clock: unknown },
): void {
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
