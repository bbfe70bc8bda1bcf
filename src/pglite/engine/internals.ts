import { MemoryFS, type PGlite } from '@electric-sql/pglite'
import { watchForCrash } from '../patch-pglite.js'
import { moduleOf } from '../pglite-internals.js'
import type {
  EmscriptenOptions,
  Exports,
  FileNode,
  FileSystem,
  Imports,
  Module,
} from './emscripten.js'
import { fillRandom, type Surroundings, wrapClock } from './surroundings.js'
import { type EngineTimers, ownTimers, type Timer } from './timers.js'
import { type WatchedFiles, watchFiles } from './watch-files.js'

/**
 * Only this folder accesses the memory and the files of PGlite's engine. All of it was verified
 * with this build: a version of PGlite, and the length and checksum of its WebAssembly. With any
 * other, a harness works without images.
 */
export const provenBuild = '0.5.16-9086480-334fb74d'

/** The version of PostgreSQL in this build. */
export const provenPostgres = '18.6'

/** The size of the stack of the module, which ends where the heap begins. */
const stackBytes = 8 * 1024 * 1024

/**
 * The end of the constants of the module, which C code cannot change. Under a broad workload, the
 * lowest byte that ever changed was at 2,573,312; the test of these internals runs that workload.
 */
const constantsEnd = 2_560_000

/** A call of the dynamic loader. `path` is read from the memory of the engine. */
export type LoaderEvent =
  | {
      readonly kind: 'open'
      readonly handle: number
      readonly path: string
      readonly grew: boolean
    }
  | { readonly kind: 'symbol'; readonly handle: number; readonly name: string }

/** The OID of a type, and that of the type of its arrays. */
export type ArrayType = readonly [element: number, array: number]

/** A side module, and the state of the engine right after it was loaded. */
export interface PreloadedModule {
  readonly path: string
  readonly tableLength: number
  /** Where the allocator puts the next small piece. */
  readonly nextAddress: number
}

/** Connects an engine with a clock, with random numbers, and with this code. */
interface EngineHook {
  /** To be passed to PGlite before the extensions of the caller. */
  readonly extension: object
  /** To be passed to PGlite as `fs`. */
  readonly fs: MemoryFS
  readonly attach: (pglite: PGlite) => Internals
}

/** The internals of a running engine. */
export interface Internals extends WatchedFiles, Surroundings {
  readonly files: FileSystem
  readonly environment: Record<string, string>
  readonly loader: LoaderEvent[]
  /** The types of arrays that PGlite knows. */
  arrayTypes: readonly ArrayType[]
  /** Whether the init functions of extensions ran in this session. */
  isBegun: boolean
  /** Side modules that were loaded before the engine started, in order. */
  readonly preloaded: PreloadedModule[]
  readonly memory: () => Uint8Array
  /** The range of the static data that can change; it ends at the stack. */
  readonly dataStart: number
  readonly dataEnd: number
  readonly stackPointer: () => number
  readonly setStackPointer: (pointer: number) => void
  readonly heapTop: () => number
  readonly tableLength: () => number
  /** Where the allocator puts the next small piece: equal in engines that went the same way. */
  readonly nextAddress: () => number
  /** Whether contents are part of PGlite, so that every engine of this build has them. */
  readonly isBundled: (contents: Uint8Array) => boolean
  readonly createNode: (parent: FileNode, name: string, mode: number) => FileNode
  /** The timers that are running, each with the milliseconds that it has left. */
  readonly timers: () => Timer[]
  readonly setTimers: (timers: readonly Timer[]) => void
  readonly fireDueTimers: () => void
  readonly openPipe: () => void
  readonly replay: (event: LoaderEvent) => void
  /** The cause of its crash; undefined if it did not crash. */
  readonly crash: () => unknown
}

/** @param preload Runs when the engine has the files of PGlite and no database yet. */
export function hookEngine(
  surroundings: Surroundings,
  preload: (internals: Internals) => Promise<void>,
): EngineHook {
  let exports: Exports
  let imports: Imports
  let internals: Internals | undefined
  let timers: EngineTimers
  let crashInTimer: unknown
  const loader: LoaderEvent[] = []
  const hook: EngineHook = {
    fs: new (class extends MemoryFS {
      override async initialSyncFs(): Promise<void> {
        await preload(hook.attach(this.pg!))
      }
    })(),
    extension: {
      name: 'driftpin',
      setup: async (_pglite: PGlite, options: EmscriptenOptions) => ({
        emscriptenOpts: {
          ...options,
          instantiateWasm: (all, done) => {
            imports = { ...all.env }
            timers = ownTimers(
              all.env,
              () => exports,
              (error) => {
                crashInTimer ??= error
              },
            )
            wrapClock(() => (internals ?? surroundings).clock, all.env, options.wasmMemory)
            wrapLoader(loader, all.env, imports, () => exports, options.wasmMemory)
            return options.instantiateWasm(all, (instance, module) => {
              exports = instance.exports
              done(instance, module)
            })
          },
        } satisfies EmscriptenOptions,
      }),
    },
    attach: (pglite) => {
      const module = moduleOf<Module>(pglite)
      if (!internals) {
        const { random, clock } = surroundings
        fillRandom(module, random)
        const inside = insideOf(module, { exports, imports, loader, timers })
        const crash = watchForCrash(pglite)
        internals = { ...inside, random, clock, crash: () => crash() ?? crashInTimer }
      }
      return internals
    },
  }
  return hook
}

function insideOf(
  module: Module,
  {
    exports,
    imports,
    loader,
    timers,
  }: { exports: Exports; imports: Imports; loader: LoaderEvent[]; timers: EngineTimers },
): Omit<Internals, keyof Surroundings | 'crash'> {
  const heapBase = exports.__heap_base.value
  return {
    files: module.FS,
    environment: module.ENV,
    loader,
    preloaded: [],
    arrayTypes: [],
    isBegun: false,
    memory: () => module.HEAPU8,
    dataStart: constantsEnd,
    dataEnd: heapBase - stackBytes,
    stackPointer: () => module.stackSave(),
    setStackPointer: (pointer) => module.stackRestore(pointer),
    heapTop: () => wordAt(module, exports.emscripten_get_sbrk_ptr()),
    tableLength: () => exports.__indirect_function_table.length,
    nextAddress: () => {
      const address = module._malloc(64)
      module._free(address)
      return address
    },
    isBundled: bundledIn(module.FS),
    createNode: (parent, name, mode) => module.MEMFS.createNode(parent, name, mode, 0),
    ...watchFiles(module),
    timers: timers.left,
    setTimers: timers.setAll,
    fireDueTimers: timers.fireDue,
    openPipe: () => {
      imports.__syscall_pipe2(module.stringToUTF8OnStack('room for two descriptors'), 0)
    },
    replay: (event) => {
      if (event.kind === 'open') imports._dlopen_js(event.handle)
      else imports._dlsym_js(event.handle, module.stringToUTF8OnStack(event.name), scratch(module))
    },
  }
}

const scratch = (module: Module) => module.stringToUTF8OnStack('room for a word')

/** Called before there is a database, so that all files are those of PGlite. */
function bundledIn(files: FileSystem): (contents: Uint8Array) => boolean {
  const bundled = new WeakSet<Uint8Array>()
  const visit = (node: FileNode) => {
    if (files.isFile(node.mode)) bundled.add(node.contents as Uint8Array)
    if (files.isDir(node.mode)) for (const child of Object.values(node.contents)) visit(child)
  }
  visit(files.root)
  return (contents) => bundled.has(contents)
}

function wordAt(module: Module, address: number): number {
  const bytes = module.HEAPU8
  return new DataView(bytes.buffer).getUint32(address, true)
}

/** The offset of the name of a library in the record of the loader. */
const nameOffset = 36

function wrapLoader(
  loader: LoaderEvent[],
  target: Imports,
  { _dlopen_js: open, _dlsym_js: symbolOf }: Imports,
  exports: () => Exports,
  memory: EmscriptenOptions['wasmMemory'],
): void {
  const length = () => exports().__indirect_function_table.length
  target._dlopen_js = (handle) => {
    const before = length()
    const done = open(handle)
    const path = textAt(memory, handle + nameOffset)
    if (done) loader.push({ kind: 'open', handle, path, grew: length() > before })
    return done
  }
  target._dlsym_js = (handle, symbol, index) => {
    const name = textAt(memory, symbol)
    loader.push({ kind: 'symbol', handle, name })
    return symbolOf(handle, symbol, index)
  }
}

function textAt({ buffer }: EmscriptenOptions['wasmMemory'], start: number): string {
  const bytes = Buffer.from(buffer, start)
  return bytes.toString('utf8', 0, bytes.indexOf(0))
}
