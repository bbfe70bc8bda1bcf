import { type Queryable, quoteIdentifier } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { MigrationStatus } from './compare-ledger.js'
import type { Ledger } from './ledger.js'
import type { Migration } from './migration.js'
import { describeHolders, lockNameOf } from './migration-locks.js'

/**
 * Refuses to continue while a migration without a transaction is dirty, because only a person can
 * decide whether it was applied. The error contains what is known, and the commands that resolve
 * it.
 *
 * @throws DriftpinError `migration_dirty`, or `migration_locked` while it is being run.
 */
export async function assertNotDirty(
  queryable: Queryable,
  statuses: readonly MigrationStatus[],
  migrations: readonly Migration[],
  ledger: Ledger,
): Promise<void> {
  const dirty = statuses.find(({ state }) => state === 'dirty')
  if (!dirty) return
  const what = filesOf(dirty, migrations)
  const holders = await describeHolders(queryable, lockNameOf(ledger.name))
  if (holders.length > 0) {
    throw new DriftpinError(
      'migration_locked',
      `${what} is being run by another process at this moment: ${holders.join('; ')}. Wait for it.`,
      dirty,
    )
  }
  const invalid = await invalidIndexes(queryable, ledger.schema)
  const left =
    invalid.length === 0
      ? `No index of the schema ${ledger.schema} is invalid`
      : `These indexes are invalid: ${invalid.join(', ')}. ` +
        `Run: ${invalid.map((name) => `DROP INDEX CONCURRENTLY ${name}`).join('; ')}`
  const { version } = dirty
  throw new DriftpinError(
    'migration_dirty',
    `${what} runs without a transaction and was interrupted. ${left}. If nothing that its up file ` +
      `creates exists, run driftpin migrate resolve ${version} --not-applied; the next run applies ` +
      `it again. If everything exists, run driftpin migrate resolve ${version} --applied. In code, ` +
      `call migrator.resolve(${version}, 'pending') or 'applied'.`,
    { ...dirty, invalid },
  )
}

/** The ledger does not record the direction. */
function filesOf({ version, name }: MigrationStatus, migrations: readonly Migration[]): string {
  const migration = migrations.find((one) => one.version === version)
  const files = [migration?.up, migration?.down].flatMap((script) =>
    script && !script.transaction ? [script.file] : [],
  )
  return files.length > 0 ? files.join(' or ') : `migration ${version} (${name})`
}

/** Quoted names. An index of a partitioned table may be invalid until all partitions have one. */
async function invalidIndexes(queryable: Queryable, schema: string): Promise<string[]> {
  const { rows } = await queryable.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_catalog.pg_index i
     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname = $1 ORDER BY 1`,
    [schema],
  )
  return rows.map(({ name }) => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`)
}
