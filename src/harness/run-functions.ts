import { DriftpinError, messageOf } from '../errors.js'
import type { TestInstance } from '../pglite/index.js'
import { createEmbeddedDatabase } from './embedded-database.js'
import type { ParsedOptions } from './parse-options.js'
import type { TestDatabase } from './test-database.js'

type Functions = ParsedOptions['functions']

/**
 * Runs the caller's setup and seed functions on an instance that nobody else uses yet.
 *
 * @throws DriftpinError `setup_failed` or `seed_failed`. The instance is closed then, so that
 * nobody sees half of a seed.
 */
export async function runFunctionsOnInstance(
  instance: TestInstance,
  functions: Functions,
): Promise<void> {
  const db = createEmbeddedDatabase({ instance, release: async () => {} })
  try {
    await runFunctions(db, functions, () => instance.pglite.isInTransaction())
  } catch (error) {
    await instance.close()
    throw error
  }
}

/**
 * Runs the caller's setup and seed functions on a database of any engine.
 *
 * @param isInTransaction Called after each function.
 * @throws DriftpinError `setup_failed` or `seed_failed`. The database is of no use then.
 */
export async function runFunctions(
  db: TestDatabase,
  functions: Functions,
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
      const message = `The ${what} function failed, so no database was created: ${messageOf(error)}`
      throw new DriftpinError(code, message, error)
    }
  }
}
