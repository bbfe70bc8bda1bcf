import { DriftpinError } from '../errors.js'
import type { LedgerEntry } from './ledger.js'
import { checksumOf, type Migration } from './migration.js'

/**
 * One line of {@link Migrator.status}.
 *
 * @example
 * ```ts
 * const statuses: MigrationStatus[] = await createMigrator(database).status()
 * for (const { version, name, state } of statuses) console.log(version, name, state)
 * ```
 */
export interface MigrationStatus {
  /** The number of the migration. */
  readonly version: number
  /** Its name, without the number. */
  readonly name: string
  /**
   * `applied` or `pending`; `edited`: applied, and its file has changed since; `dirty`: interrupted
   * without a transaction; `unknown`: applied, but its file is missing.
   */
  readonly state: 'applied' | 'pending' | 'edited' | 'dirty' | 'unknown'
  /** When it was applied, by the clock of the database; undefined if it was not. */
  readonly appliedAt: Date | undefined
  /** How long that took, in milliseconds; undefined if it has not ended. */
  readonly durationMs: number | undefined
}

/** Compares the folder and the ledger, ordered by version. */
export async function compareLedger(
  migrations: readonly Migration[],
  entries: readonly LedgerEntry[],
): Promise<MigrationStatus[]> {
  const files = new Map(migrations.map((migration) => [migration.version, migration]))
  const rows = new Map(entries.map((entry) => [entry.version, entry]))
  const versions = [...new Set([...files.keys(), ...rows.keys()])].sort((a, b) => a - b)
  return await Promise.all(
    versions.map(async (version) => {
      const file = files.get(version)
      const row = rows.get(version)
      const { appliedAt, durationMs } = row ?? {}
      const state = await stateOf(file, row)
      return { version, name: (file ?? row)!.name, state, appliedAt, durationMs }
    }),
  )
}

async function stateOf(
  file: Migration | undefined,
  row: LedgerEntry | undefined,
): Promise<MigrationStatus['state']> {
  if (!row) return 'pending'
  if (row.durationMs === undefined) return 'dirty'
  if (!file) return 'unknown'
  return file.name === row.name && (await checksumOf(file)) === row.checksum ? 'applied' : 'edited'
}

/**
 * Refuses to continue if the ledger does not match the folder. {@link assertNotDirty} reports dirty
 * migrations.
 *
 * @throws DriftpinError `migration_unknown`, `migration_edited` or `migration_gap`.
 */
export function assertInStep(
  statuses: readonly MigrationStatus[],
  migrations: readonly Migration[],
): void {
  const newest = migrations.at(-1)?.version ?? 0
  const files = new Map(migrations.map(({ version, up }) => [version, up.file]))
  let pending: MigrationStatus | undefined
  for (const status of statuses) {
    const { version, name, state } = status
    const what = files.get(version) ?? `migration ${version} (${name})`
    if (state === 'unknown' && version > newest) {
      throw new DriftpinError(
        'migration_unknown',
        `The database is newer than this code: ${what} was applied, and the newest file here is ` +
          `number ${newest}. Deploy the code that contains it, or migrate down with that code first.`,
        status,
      )
    }
    if (state === 'unknown') {
      throw new DriftpinError(
        'migration_gap',
        `${what} was applied, but its file is missing here. Restore the file.`,
        status,
      )
    }
    if (state === 'edited') {
      throw new DriftpinError(
        'migration_edited',
        `${what} was changed after it was applied. Restore it, and make the change in a new ` +
          'migration.',
        status,
      )
    }
    if (state === 'pending') pending ??= status
    else if (pending) {
      throw new DriftpinError(
        'migration_gap',
        `${files.get(pending.version)} was never applied, but ${what} after it was. Give it a ` +
          'number after the newest one.',
        pending,
      )
    }
  }
}
