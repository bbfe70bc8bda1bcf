import type { PGlite } from '@electric-sql/pglite'

/*
 * All undocumented members of PGlite that are used. `engine/internals` contains the memory and the
 * files of an engine that is rewound.
 */

/** The status with which the engine leaves a statement that raised an error: a longjmp. */
const longjmpStatus = 100

/** An error of the engine that is not PostgreSQL's. PGlite reads the status of every error. */
class EngineCrash {
  readonly #cause: unknown

  constructor(cause: unknown) {
    this.#cause = cause
  }

  /** Throws, because PGlite takes every other value for a finished statement. */
  get status(): never {
    throw new Error('The engine crashed.', { cause: this.#cause })
  }
}

/** The calls that PGlite makes for each message. */
type EngineCall =
  | '_PostgresMainLoopOnce'
  | '_PostgresMainLongJmp'
  | '_PostgresSendReadyForQueryIfNecessary'

/** The part of the module of an engine that is used. Arguments are addresses and C enums. */
interface EngineModule extends Partial<Record<EngineCall, () => void>> {
  /** Exported for extensions. */
  _SetConfigOption?(name: number, value: number, context: number, source: number): void
  stackSave(): number
  stackRestore(pointer: number): void
  stringToUTF8OnStack(text: string): number
}

/** Emscripten's object of the running engine. PGlite's type of it lacks most of the members. */
export const moduleOf = <Members>(pglite: PGlite): Members => pglite.Module as unknown as Members

const crashes = new WeakMap<EngineModule, () => unknown>()

/**
 * Lets a crash end the running call. PGlite would take it for a success and send further messages,
 * which a crashed engine never reads: the process would hang. The calls after a statement can crash
 * too, and never raise a PostgreSQL error.
 *
 * @returns A function that returns the cause of the crash, or undefined if there was none.
 */
export function watchForCrash(pglite: PGlite): () => unknown {
  const module = moduleOf<EngineModule>(pglite)
  const known = crashes.get(module)
  if (known) return known
  let crash: unknown
  const note = (error: unknown) => {
    crash ??= error
    return error
  }
  const guard = (name: EngineCall, toThrow: (error: unknown) => unknown) => {
    const call = module[name]
    if (!call) return
    module[name] = () => {
      try {
        call()
      } catch (error) {
        throw toThrow(error)
      }
    }
  }
  guard('_PostgresMainLoopOnce', (error) => {
    const isError = (error as { status?: unknown }).status === longjmpStatus
    return isError ? error : new EngineCrash(note(error))
  })
  guard('_PostgresMainLongJmp', note)
  guard('_PostgresSendReadyForQueryIfNecessary', note)
  crashes.set(module, () => crash)
  return () => crash
}

/** GucContext and GucSource of PostgreSQL's `utils/guc.h`: any user, set for the database. */
const userSet = 6
const fromDatabase = 6

/**
 * Gives all sessions the default search path of a server. PGlite puts `search_path=public` on the
 * command line of its engine, and SQL can change neither that nor what RESET goes back to: only a
 * source that ranks above the command line can. A value that a session has set stays.
 */
export function useServerSearchPath(pglite: PGlite): void {
  const module = moduleOf<EngineModule>(pglite)
  if (!module._SetConfigOption) return
  const stack = module.stackSave()
  const name = module.stringToUTF8OnStack('search_path')
  const value = module.stringToUTF8OnStack('"$user", public')
  module._SetConfigOption(name, value, userSet, fromDatabase)
  module.stackRestore(stack)
}

/** The file system of an engine. */
export const filesOf = (pglite: PGlite): PGlite['Module']['FS'] => pglite.Module.FS

/** Runs messages of the protocol, also while a transaction of PGlite is open. */
export function runMessages(
  pglite: PGlite,
  messages: Uint8Array,
  onRawData: (chunk: Uint8Array) => void,
): Promise<void> {
  return pglite._runExclusiveQuery(() => pglite.execProtocolRawStream(messages, { onRawData }))
}

/** Forgets the contents of `/dev/blob`: what a caller passed in, and what COPY wrote. */
export async function clearBlobs(pglite: PGlite): Promise<void> {
  await pglite._cleanupBlob()
  await pglite._getWrittenBlob()
}

/**
 * Skips the query for all array types, the slowest of those that PGlite runs at the start. For a
 * PGlite that was just constructed, and whose clients parse arrays themselves.
 */
export function skipArrayTypes(pglite: PGlite): void {
  pglite._initArrayTypes = async () => {}
}

/** Lets PGlite use an engine that it did not start itself. */
export function markAsStarted(pglite: PGlite): void {
  Object.defineProperty(pglite, 'ready', { get: () => !pglite.closed })
}

/** Calls a function whenever PGlite has updated its array types. */
export function onArrayTypes(pglite: PGlite, updated: () => Promise<void>): void {
  const refresh = pglite.refreshArrayTypes
  pglite.refreshArrayTypes = async () => {
    await refresh.call(pglite)
    await updated()
  }
}
