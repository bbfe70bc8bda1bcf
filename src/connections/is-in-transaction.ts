import type { PGlite } from '@electric-sql/pglite'

/** Whether the engine has a transaction open, whoever began it. */
export function isInTransaction(pglite: PGlite): boolean {
  try {
    return !pglite.closed && pglite.isInTransaction()
  } catch {
    // Of an engine that crashed nothing can be asked.
    return false
  }
}
