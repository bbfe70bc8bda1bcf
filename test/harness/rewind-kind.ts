import type { EmbeddedTestDatabase } from '../../src/harness/index.js'

/** A kind of state that a test can leave behind, and that a rewind has to take away. */
export interface RewindKind {
  readonly what: string
  /** What leaves it: SQL, or more than SQL can. */
  readonly dirty: string | ((db: EmbeddedTestDatabase) => Promise<unknown>)
  /**
   * Whether it is there: SQL that answers a boolean, where failing is no. It is asked after the
   * state was made, and again after the rewind.
   */
  readonly seen: string | ((db: EmbeddedTestDatabase) => Promise<boolean>)
}

/** SQL that is true where the query is answered at all, such as of a name that exists. */
export const answered = (sql: string): string => `SELECT true AS seen FROM (${sql}) found`

export async function dirty({ dirty }: RewindKind, db: EmbeddedTestDatabase): Promise<void> {
  if (typeof dirty === 'string') await db.pglite.exec(dirty)
  else await dirty(db)
}

export async function isSeen({ seen }: RewindKind, db: EmbeddedTestDatabase): Promise<boolean> {
  if (typeof seen !== 'string') return seen(db)
  const results = await db.pglite.exec(seen).catch(() => [])
  return Object.values(results.at(-1)?.rows[0] ?? {})[0] === true
}
