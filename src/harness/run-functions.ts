import { DriftpinError, messageOf } from '../errors.js'
import type { TestInstance } from '../pglite/index.js'
import type { ReadOptions } from './harness-options.js'
import { createTestDatabase, type TestDatabase } from './test-database.js'

/**
 * Runs the caller's setup and seed functions on an instance that nobody else has yet.
 *
 * @throws DriftpinError `setup_failed` or `seed_failed`, and then the instance is closed: no half
 * of a seed is seen.
 */
export async function runFunctions(
  instance: TestInstance,
  base: object,
  read: ReadOptions,
): Promise<void> {
  const db = createTestDatabase({ instance, base, release: async () => {} })
  try {
    await runFunctionsOn(db, read, () => instance.pglite.isInTransaction())
  } catch (error) {
    await instance.close()
    throw error
  }
}

/**
 * Runs them on a database of any engine.
 *
 * @param isInTransaction Asked after each of them.
 * @throws DriftpinError `setup_failed` or `seed_failed`, after which the database is of no use.
 */
export async function runFunctionsOn(
  db: TestDatabase,
  { functions }: Pick<ReadOptions, 'functions'>,
  isInTransaction: () => boolean | Promise<boolean>,
): Promise<void> {
  for (const { code, run } of functions) {
    try {
      await run(db)
      if (await isInTransaction()) {
        throw new Error('it left a transaction open; commit it, or use db.transaction()')
      }
    } catch (error) {
      const what = code === 'setup_failed' ? 'setup' : 'seed'
      const why = messageOf(error)
      throw new DriftpinError(
        code,
        `The ${what} function failed, and no database was made: ${why}`,
        error,
      )
    }
  }
}
