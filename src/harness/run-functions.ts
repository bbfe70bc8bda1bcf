import { DriftpinError } from '../errors.js'
import type { ReadOptions } from './harness-options.js'
import { createTestDatabase } from './test-database.js'
import type { TestInstance } from './test-instance.js'

/**
 * Runs the caller's setup and seed functions on an instance that nobody else has yet.
 *
 * @throws DriftpinError `setup_failed` or `seed_failed`, and then the instance is closed: no half of a seed is seen.
 */
export async function runFunctions(
  instance: TestInstance,
  base: object,
  { functions }: ReadOptions,
): Promise<void> {
  const db = createTestDatabase({ instance, base, release: async () => {} })
  for (const { code, run } of functions) {
    try {
      await run(db)
      if (instance.pglite.isInTransaction()) {
        throw new Error('it left a transaction open; commit it, or use db.transaction()')
      }
    } catch (error) {
      await instance.close()
      const what = code === 'setup_failed' ? 'setup' : 'seed'
      const why = error instanceof Error ? error.message : String(error)
      throw new DriftpinError(
        code,
        `The ${what} function failed, and no database was made: ${why}`,
        error,
      )
    }
  }
}
