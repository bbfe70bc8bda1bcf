import { PGlite, type PGliteOptions, types } from '@electric-sql/pglite'
import { markAsStarted, onArrayTypes } from '../patch-pglite.js'
import type { FileNode } from './emscripten.js'
import { applyImage, type Image, type ImageEntry, unusable, writeEntries } from './image.js'
import { type ArrayType, hookEngine, type Internals } from './internals.js'
import { type EngineMark, markEngine, rewindEngine, whyNotRewindable } from './mark.js'
import { startParameters } from './start-parameters.js'
import type { Surroundings } from './surroundings.js'
import { readWasm } from './wasm.js'

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

/** A PGlite with its internals. */
export interface Engine {
  readonly pglite: PGlite
  readonly inside: Internals
}

/** What an engine is given. */
export interface EngineOptions extends Surroundings {
  readonly extensions: Extensions
}

/** @param preload Runs when the engine has the files of PGlite and no database yet. */
async function createEngine(
  { extensions, ...surroundings }: EngineOptions,
  preload: (inside: Internals) => Promise<void>,
  options: PGliteOptions,
): Promise<Engine> {
  const hook = hookEngine(surroundings, preload)
  const pglite = await PGlite.create({
    ...options,
    pgliteWasmModule: await (await readWasm()).module(),
    fs: hook.fs,
    extensions: { driftpin: hook.extension, ...extensions } as Extensions,
  })
  return { pglite, inside: hook.attach(pglite) }
}

/** Starts PostgreSQL in a new data directory, or in the one that `writeFiles` writes. */
export async function startEngine(
  given: EngineOptions,
  options: PGliteOptions,
  writeFiles = async (_inside: Internals) => {},
): Promise<Engine> {
  const engine = await createEngine(given, writeFiles, options)
  engine.inside.arrayTypes = await listArrayTypes(engine.pglite)
  keepArrayTypes(engine)
  return engine
}

/** Makes an instance that continues from an image, without initdb and without a start. */
export async function forkEngine(
  image: Image,
  { extensions, ...surroundings }: EngineOptions,
): Promise<Engine & { readonly mark: EngineMark }> {
  const { wrapped, inits } = withoutBundles(extensions)
  const engine = await createEngine(
    { extensions: wrapped, ...surroundings },
    (inside) => loadModules(inside, image),
    { noInitDb: true, initialMemory: image.memory.size },
  )
  const { pglite, inside } = engine
  const applied = applyImage(inside, image)
  markAsStarted(pglite)
  setArrayTypes(engine, image.arrayTypes)
  inside.isBegun = image.isBegun
  const mark = inits.length === 0 ? applied : await runInits(engine, inits, applied)
  return { ...engine, mark }
}

/**
 * Runs the init functions of extensions, as PGlite does when it is opened. Their effect on the
 * session belongs to the start of the database, so a rewind keeps it. If the session of the image
 * ran them already, they run on a reset session and their effect on the database is undone: only
 * their effect on JavaScript is needed.
 *
 * @throws DriftpinError `image_unusable` if it cannot be undone.
 */
async function runInits(
  { pglite, inside }: Engine,
  inits: readonly Init[],
  applied: EngineMark,
): Promise<EngineMark> {
  if (inside.isBegun) {
    // Two calls: DISCARD ALL cannot run inside a transaction, as one call would be.
    await pglite.exec('ROLLBACK')
    await pglite.exec('DISCARD ALL')
  }
  for (const init of inits) await init()
  if (!inside.isBegun) {
    inside.isBegun = true
    return markEngine(inside)
  }
  const why = whyNotRewindable(inside, applied)
  if (why !== undefined) throw unusable(`the init of an extension cannot be undone: ${why}`, {})
  rewindEngine(inside, applied)
  return applied
}

/**
 * Starts PostgreSQL on the files of an image, as after a power failure: it has what was committed,
 * and nothing of the session. This is slower than a fork, and always possible.
 */
export async function startFromFiles(
  image: Image,
  options: EngineOptions,
): Promise<Engine & { readonly mark: EngineMark }> {
  const { inits, ...engine } = await startOnFiles(image.entries, options)
  for (const init of inits) await init()
  engine.inside.isBegun = inits.length > 0
  return { ...engine, mark: markEngine(engine.inside) }
}

/**
 * Starts PostgreSQL on files that contain a database, with the settings of images.
 *
 * @param modules The paths of files to load before the start.
 */
export async function startOnFiles(
  entries: readonly ImageEntry[],
  options: EngineOptions,
  modules: readonly string[] = [],
): Promise<Engine & { readonly inits: readonly Init[] }> {
  const { wrapped, inits } = withoutBundles(options.extensions)
  const engine = await startEngine(
    { ...options, extensions: wrapped },
    { startParams: [...startParameters] },
    async (inside) => {
      writeEntries(inside, entries)
      const bytes = (path: string) => readEngineFile(inside, path)!
      await preloadModules(
        inside,
        modules.map((path) => ({ path, bytes: bytes(path) })),
      )
    },
  )
  return { ...engine, inits }
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
 * Extensions without their bundles: an image has their files and modules already. `inits` is filled
 * with their init functions when they are set up.
 */
function withoutBundles(extensions: Extensions) {
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

/** Closes an engine. One that crashed or is in a transaction cannot be closed, and is dropped. */
export async function discard({ pglite, inside }: Engine): Promise<void> {
  inside.setTimers([])
  if (pglite.closed || inside.crash() !== undefined) return
  if (!pglite.isInTransaction()) await pglite.close().catch(() => {})
}

/**
 * Loads side modules one after the other, before the engine starts. Every engine that loads the
 * same modules has them at the same addresses; `preloaded` records these for comparison.
 */
async function preloadModules(
  engine: Internals,
  modules: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  for (const { path, bytes } of modules) {
    const cut = path.lastIndexOf('/')
    await new Promise<void>((resolve, reject) => {
      const [directory, name] = [path.slice(0, cut), path.slice(cut + 1)]
      // The file itself is written with the other files, or exists already.
      const create = engine.files.createPreloadedFile
      create(directory, name, bytes, true, true, resolve, reject, true)
    })
    const { tableLength, nextAddress } = engine
    engine.preloaded.push({ path, tableLength: tableLength(), nextAddress: nextAddress() })
  }
}

/** The contents of a file of the engine; undefined if there is none. */
function readEngineFile({ files }: Internals, path: string): Uint8Array | undefined {
  let node: FileNode = files.root
  for (const name of path.split('/').slice(1)) {
    if (!files.isDir(node.mode)) return undefined
    const children = node.contents as Record<string, FileNode>
    if (!Object.hasOwn(children, name)) return undefined
    node = children[name]!
  }
  return files.isFile(node.mode)
    ? (node.contents as Uint8Array).subarray(0, node.usedBytes)
    : undefined
}

/** The types whose arrays PGlite reads and writes as arrays. */
async function listArrayTypes(pglite: PGlite): Promise<ArrayType[]> {
  const { rows } = await pglite.query<{ element: number; array: number }>(
    `SELECT DISTINCT b.oid::int AS element, b.typarray::int AS array
     FROM pg_type a JOIN pg_type b ON b.oid = a.typelem
     WHERE a.typcategory = 'A' AND b.typarray <> 0`,
  )
  return rows.map(({ element, array }) => [element, array])
}

/**
 * Gives a PGlite the array types of an image. Its own query for them would be the slowest statement
 * that a new process runs before its first test.
 */
function setArrayTypes(engine: Engine, arrayTypes: readonly ArrayType[]): void {
  const { pglite, inside } = engine
  for (const [element, array] of arrayTypes) {
    pglite.serializers[array] = (value) =>
      types.arraySerializer(value, pglite.serializers[element], array)
    pglite.parsers[array] = (text) => types.arrayParser(text, pglite.parsers[element]!, array)
  }
  inside.arrayTypes = arrayTypes
  keepArrayTypes(engine)
}

/** Updates the list of an engine, which its images have, when PGlite updates its own. */
function keepArrayTypes({ pglite, inside }: Engine): void {
  onArrayTypes(pglite, async () => {
    inside.arrayTypes = await listArrayTypes(pglite)
  })
}
