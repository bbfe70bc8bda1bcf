import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { keepArrayTypes, teachArrayTypes } from './array-types.js'
import { type Image, layEntries, layImage, unusable } from './image.js'
import { type EngineHook, hookEngine, type Internals } from './internals.js'
import { type EngineMark, markEngine, rewindEngine, whyNotRewindable } from './mark.js'
import { preloadModules, readEngineFile } from './preload-modules.js'
import { startParameters } from './start-parameters.js'

/**
 * Extensions of PGlite by the names that SQL knows them by, as PGlite takes them.
 *
 * @example
 * ```ts
 * const extensions: Extensions = { pg_trgm }
 * await using harness = await openHarness({ migrations: './db/migrations', extensions })
 * ```
 */
export type Extensions = NonNullable<PGliteOptions['extensions']>

/** A PGlite with its inside. */
export interface Engine {
  readonly pglite: PGlite
  readonly inside: Internals
  readonly hook: EngineHook
}

/** What a harness decides about an engine. */
export interface EngineOptions {
  readonly extensions: Extensions
  /** The compiled module, so that a process compiles it once. */
  readonly wasm: PGliteOptions['pgliteWasmModule']
  /** Fills the random device; without it, it is the machine's. */
  readonly random?: (bytes: Uint8Array) => void
  /** Milliseconds since 1970; without it, or where it answers undefined, the machine's. */
  readonly clock?: () => number | undefined
}

/** Starts PostgreSQL in a data directory of its own, or in the one that `lay` puts there. */
export async function startEngine({
  extensions,
  wasm,
  random,
  clock,
  lay = async () => {},
  options = {},
}: EngineOptions & {
  readonly lay?: (inside: Internals) => Promise<void>
  readonly options?: PGliteOptions
}): Promise<Engine> {
  const hook = hookEngine(async (inside) => {
    if (random) inside.fillRandom(random)
    await lay(inside)
  })
  hook.clock = clock
  const pglite = await PGlite.create({
    ...options,
    ...(wasm && { pgliteWasmModule: wasm }),
    fs: hook.fs,
    extensions: { driftpin: hook.extension, ...extensions } as Extensions,
  })
  const inside = hook.attach(pglite)
  await keepArrayTypes(pglite, inside)
  return { pglite, hook, inside }
}

/** Makes an instance that goes on where the image was taken: without initdb and without a start. */
export async function forkEngine(
  image: Image,
  { extensions, wasm, random, clock }: EngineOptions,
): Promise<Engine & { readonly mark: EngineMark }> {
  const { wrapped, inits } = withoutBundles(extensions)
  const hook = hookEngine(async (inside) => {
    if (random) inside.fillRandom(random)
    await loadModules(inside, image)
  })
  hook.clock = clock
  const pglite = await PGlite.create({
    ...(wasm && { pgliteWasmModule: wasm }),
    noInitDb: true,
    initialMemory: image.memory.size,
    fs: hook.fs,
    extensions: { driftpin: hook.extension, ...wrapped } as Extensions,
  })
  const inside = hook.attach(pglite)
  const laid = layImage(inside, image)
  // It was never told to start, and so does not know that it has.
  Object.defineProperty(pglite, 'ready', { get: () => !pglite.closed })
  teachArrayTypes(pglite, inside, image.arrayTypes)
  inside.isBegun = image.isBegun
  const engine = { pglite, hook, inside }
  // Most extensions have no init, and pay nothing for those that do.
  const mark = inits.length === 0 ? laid : await runInits(engine, inits, laid)
  return { ...engine, mark }
}

/**
 * Runs what extensions do when a PGlite is opened. What that does to the session belongs to where
 * the database begins, so that a rewind has to keep it. An image of a session that went through it
 * has it already, and what followed it: there init finds a session as new, and what it does in the
 * database is undone, so that only what it did in JavaScript stays.
 *
 * @throws DriftpinError `image_unusable` where it cannot be undone.
 */
async function runInits(
  { pglite, inside }: Engine,
  inits: readonly Init[],
  laid: EngineMark,
): Promise<EngineMark> {
  if (inside.isBegun) {
    // Not in one call: that would be a transaction, which the second refuses.
    await pglite.exec('ROLLBACK')
    await pglite.exec('DISCARD ALL')
  }
  for (const init of inits) await init()
  if (!inside.isBegun) {
    inside.isBegun = true
    return markEngine(inside)
  }
  const why = whyNotRewindable(inside, laid)
  if (why !== undefined) throw unusable(`the init of an extension cannot be undone: ${why}`, {})
  rewindEngine(inside, laid)
  return laid
}

/**
 * Starts PostgreSQL on the files of an image, as after a crash of the machine: what was committed
 * is there, and nothing of the session. It takes longer than a fork, and needs nothing to match.
 */
export async function startFromFiles(
  image: Image,
  options: EngineOptions,
): Promise<Engine & { readonly mark: EngineMark }> {
  const { wrapped, inits } = withoutBundles(options.extensions)
  const engine = await startEngine({
    ...options,
    extensions: wrapped,
    options: { startParams: [...startParameters] },
    lay: async (inside) => layEntries(inside, image.entries),
  })
  for (const init of inits) await init()
  engine.inside.isBegun = inits.length > 0
  return { ...engine, mark: markEngine(engine.inside) }
}

async function loadModules(inside: Internals, { preloaded, entries }: Image): Promise<void> {
  const modules = preloaded.map(({ path }) => {
    const bytes =
      readEngineFile(inside, path) ?? entries.find((entry) => entry.path === path)?.contents
    if (!bytes) throw unusable('a module is missing', { path })
    return { path, bytes }
  })
  await preloadModules(inside, modules)
}

type Init = () => Promise<void>

/**
 * The image has an extension's files and modules already; its JavaScript is still needed. `inits`
 * has those that came up once the extensions are set up.
 */
export function withoutBundles(extensions: Extensions) {
  const inits: Init[] = []
  const wrapped: Extensions = {}
  for (const [name, extension] of Object.entries(extensions)) {
    if (extension instanceof URL) continue
    wrapped[name] = {
      ...extension,
      setup: async (...args) => {
        const result = await extension.setup(...args)
        if (result.init) inits.push(result.init)
        const { bundlePath: _, init: __, sharedPreloadLibraries: ___, ...rest } = result
        return rest
      },
    }
  }
  return { wrapped, inits }
}

/** A crashed engine, or one that waits for something, cannot be closed: it is let go. */
export async function discard({ pglite, inside }: Engine): Promise<void> {
  inside.setTimers([])
  if (pglite.closed || inside.crash() !== undefined) return
  if (!pglite.isInTransaction()) await pglite.close().catch(() => {})
}
