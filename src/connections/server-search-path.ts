import type { PGlite } from '@electric-sql/pglite'

/** What the engine exports for its extensions. Its arguments are addresses and C enums. */
interface SettingModule {
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
  const module = pglite.Module as unknown as SettingModule
  if (!module._SetConfigOption) return
  const stack = module.stackSave()
  const name = module.stringToUTF8OnStack('search_path')
  const value = module.stringToUTF8OnStack('"$user", public')
  module._SetConfigOption(name, value, userSet, fromDatabase)
  module.stackRestore(stack)
}
