import type { Database } from '../../database/index.js'
import { createMigrator, type MigratorOptions } from '../../migrations/index.js'
import { migrationLabel } from '../migration-label.js'

/** How the schema of a dev database stands. */
export interface Migrated {
  readonly applied: number
  /** The newest; undefined where there is none. */
  readonly newest: string | undefined
  /** The files that were run just now. */
  readonly ran: readonly string[]
}

/**
 * Brings a database up to date with the migrations that there are.
 *
 * @throws DriftpinError Of the migrator.
 */
export async function migrateDatabase(
  database: Database,
  options: MigratorOptions,
): Promise<Migrated> {
  const migrator = createMigrator(database, options)
  const before = await migrator.status()
  // Where nothing is to be done no lock is taken: that would be half of a start.
  const isCurrent = before.every(({ state }) => state === 'applied')
  const steps = isCurrent ? [] : await migrator.up()
  const newest = before.at(-1)
  return {
    applied: before.length,
    newest: newest && migrationLabel(newest),
    ran: steps.map(({ file }) => file),
  }
}
