import type { Database } from '../../database/database.js'
import { DriftpinError, type ErrorCode } from '../../errors.js'
import { createMigrator } from '../../migrations/create-migrator.js'
import type { Migration } from '../../migrations/migration.js'
import { migrationLabel } from '../migration-label.js'

/** How the schema of a dev database stands. */
export interface Migrated {
  readonly applied: number
  /** The newest; undefined where there is none. */
  readonly newest: string | undefined
  /** The files that were run just now. */
  readonly ran: readonly string[]
}

/** A database and a folder that do not go together, which a new database would. */
const mismatches: readonly ErrorCode[] = [
  'migration_unknown',
  'migration_edited',
  'migration_gap',
  'migration_dirty',
]

/**
 * Brings a database up to date with the migrations that there are.
 *
 * @throws DriftpinError Of the migrator; where the two do not go together, with what else to do.
 */
export async function migrateDatabase(
  database: Database,
  migrations: readonly Migration[] | undefined,
): Promise<Migrated> {
  const migrator = createMigrator(database, { ...(migrations && { migrations }) })
  try {
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
  } catch (error) {
    if (!(error instanceof DriftpinError) || !mismatches.includes(error.code)) throw error
    const hint = 'Or begin anew with driftpin dev --fresh, which deletes what is there.'
    throw new DriftpinError(error.code, `${error.message} ${hint}`, error.cause)
  }
}
