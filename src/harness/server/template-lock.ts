import type { Queryable } from '../../database/index.js'

const pollMs = 50

/** Taken before a test fakes it. */
const { setTimeout } = globalThis

/**
 * Runs `work` while nobody else works on a template, however long that takes: the lock of a
 * process that was killed ends with its connection. It is polled for, since whoever waited inside
 * of PostgreSQL would be a transaction that CREATE INDEX CONCURRENTLY of a migration waits for.
 *
 * @param database One session.
 */
export async function withTemplateLock<T>(
  database: Queryable,
  template: string,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const done = await tryTemplateLock(database, template, async () => ({ result: await work() }))
    if (done) return done.result
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

/** The same, unless somebody works on the template: then nothing is done. */
export async function tryTemplateLock<T>(
  database: Queryable,
  template: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (!(await ask(database, 'pg_try_advisory_lock', template))) return undefined
  try {
    return await work()
  } finally {
    // Where the connection is gone the lock is gone with it, and the first error is what matters.
    await ask(database, 'pg_advisory_unlock', template).catch(() => {})
  }
}

async function ask(database: Queryable, what: string, template: string): Promise<boolean> {
  const { rows } = await database.query<{ answer: boolean }>(
    `SELECT ${what}(hashtextextended($1, 0)) AS answer`,
    [template],
  )
  return rows[0]!.answer
}
