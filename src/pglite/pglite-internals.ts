import type { PGlite } from '@electric-sql/pglite'

/*
 * The undocumented members of PGlite that are called. `patch-pglite` replaces others, and
 * `engine/internals` contains the memory and the files of an engine that is rewound.
 */

/** Emscripten's object of the running engine. PGlite's type of it lacks most of the members. */
export const moduleOf = <Members>(pglite: PGlite): Members => pglite.Module as unknown as Members

/** The part of the module of an engine that sets a setting. Arguments are addresses and C enums. */
interface SettingModule {
  /** Exported for extensions. */
  _SetConfigOption?(name: number, value: number, context: number, source: number): void
  stackSave(): number
  stackRestore(pointer: number): void
  stringToUTF8OnStack(text: string): number
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
  const module = moduleOf<SettingModule>(pglite)
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
