import type { Database, Session } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { assertNotDirty } from './assert-not-dirty.js'
import { assertInStep, compareLedger } from './compare-ledger.js'
import type { MigratorOptions } from './create-migrator.js'
import { bundledFiles } from './generated/bundled.js'
import { Ledger, ledgerName } from './ledger.js'
import { parseMigrations } from './parse-migrations.js'

/**
 * Checks when a backend starts that its database has exactly the migrations of its code. Writes
 * nothing, takes no lock, and needs no more than SELECT on the ledger.
 *
 * @param options.migrations What should be applied; driftpin's own migrations by default. See
 * {@link readMigrations}.
 * @param options.ledger The name of the ledger table; `driftpin_migrations` by default.
 * @param options.allowNewer Accepts a database that is newer than the code; false by default. A
 * deployment that migrates first and then replaces its backends one by one needs this for an old
 * backend that starts in between.
 * @throws DriftpinError `schema_behind` when the database is older than the code,
 * `migration_unknown` when it is newer, `migration_edited`, `migration_gap`, `migration_dirty`,
 * `server_unsupported` for a server older than PostgreSQL 14, or `migration_locked` while a
 * migration without a transaction is being run. A backend that starts
 * beside its deploy can wait and ask again after the first and the last of these.
 *
 * @example
 * ```ts
 * const database = fromPg(pool, { schema: 'chat' })
 * await assertSchemaCurrent(database)
 * createServer().listen(8080)
 * ```
 */
export async function assertSchemaCurrent(
  database: Database | Session,
  options: Pick<MigratorOptions, 'migrations' | 'ledger'> & { readonly allowNewer?: boolean } = {},
): Promise<void> {
  const migrations = options.migrations ?? parseMigrations(bundledFiles)
  const ledger = new Ledger(database.schema, options.ledger ?? ledgerName)
  const all = await compareLedger(migrations, await ledger.read(database))
  const newest = migrations.at(-1)?.version ?? 0
  const statuses = options.allowNewer ? all.filter(({ version }) => version <= newest) : all
  await assertNotDirty(database, statuses, migrations, ledger)
  assertInStep(statuses, migrations)
  const pending = statuses.filter(({ state }) => state === 'pending')
  if (pending.length === 0) return
  const next = migrations.find(({ version }) => version === pending[0]!.version)!
  throw new DriftpinError(
    'schema_behind',
    `The database is older than this code: ${next.up.file} has not been applied in the schema ` +
      `${database.schema}${pending.length > 1 ? `, nor have ${pending.length - 1} after it` : ''}. ` +
      'Run driftpin migrate up, or createMigrator(database).up(), before this code starts.',
    { pending: pending.map(({ version }) => version) },
  )
}
