import { readCatalog, type SchemaMismatch } from '../catalog/index.js'
import { type Database, quoteIdentifier, type Session } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { schemaManifest } from '../schema/index.js'
import { checkSchema, countExpected, type ExpectedSchemas } from './check-schema.js'
import { type MigratorOptions, milliseconds } from './create-migrator.js'
import { bundledFiles } from './generated/bundled.js'
import { Ledger, ledgerName } from './ledger.js'
import type { Migration } from './migration.js'
import { withMigrationLock } from './migration-locks.js'
import { migrationAt } from './migration-steps.js'
import { parseMigrations } from './parse-migrations.js'

/**
 * Takes over a database that another tool or a person has migrated: compares its schema with the
 * schema that the migrations create, and records in the ledger that they were applied. From then
 * on, {@link createMigrator} continues from that version. The schema and the other tool's table are
 * not changed. The ledger and all of its rows are written in one transaction, under the lock of the
 * migrator.
 *
 * @param options.migrations The migrations that the database has; driftpin's own by default.
 * @param options.version The version of the schema; by default the version in the table of
 * golang-migrate.
 * @param options.manifestAt Returns the schemas to expect at a version. The default knows only
 * driftpin's own newest version.
 * @param options.dryRun Checks everything and writes nothing; false by default.
 * @returns The version, who named it, how many objects were compared (0 proves nothing), and the
 * migrations that the ledger now lists as applied.
 * @throws DriftpinError, with nothing written: `schema_mismatch` with the mismatches as the cause;
 * `adoption_refused` if the ledger has rows, or if the version is unknown; `migration_dirty` if
 * golang-migrate says so; `migration_target` for a version that is not among the migrations;
 * `migration_locked`; `invalid_input`.
 *
 * @example
 * ```ts
 * const { version } = await adoptMigrations(database, { version: 10 })
 * await createMigrator(database).up()
 * ```
 */
export async function adoptMigrations(
  database: Database,
  options: Pick<MigratorOptions, 'migrations' | 'ledger' | 'lockTimeoutMs'> & {
    readonly version?: number
    readonly manifestAt?: (version: number) => ExpectedSchemas | Promise<ExpectedSchemas>
    readonly dryRun?: boolean
  } = {},
): Promise<{
  readonly version: number
  readonly toldBy: 'golang-migrate' | 'caller'
  readonly compared: number
  readonly migrations: readonly { readonly version: number; readonly name: string }[]
}> {
  const { migrations = parseMigrations(bundledFiles) } = options
  const lockTimeoutMs = milliseconds('lockTimeoutMs', options.lockTimeoutMs ?? 60_000)
  const ledger = new Ledger(database.schema, options.ledger ?? ledgerName)
  const manifestAt = options.manifestAt ?? ownManifest(options.migrations, migrations)
  return await database.withSession((session) =>
    withMigrationLock(session, ledger.name, lockTimeoutMs, async () => {
      await refuseRows(session, ledger)
      const { version, toldBy } = await findVersion(session, options.version)
      migrationAt(migrations, version, toldBy === 'caller' ? '.' : hint)
      const adopted = migrations.filter((migration) => migration.version <= version)
      const expected = await manifestAt(version)
      await session.transaction(async (transaction) => {
        const mismatches = await checkSchema(transaction, expected)
        if (mismatches.length > 0) throw mismatched(version, mismatches)
        if (options.dryRun) return
        await ledger.create(transaction)
        // Their durations are unknown; NULL would mean that they never ended.
        for (const migration of adopted) await ledger.add(transaction, migration, 0)
      })
      return {
        version,
        toldBy,
        compared: countExpected(expected),
        migrations: adopted.map(({ version, name }) => ({ version, name })),
      }
    }),
  )
}

/** Other versions can only be seen in a database that is migrated to them. */
function ownManifest(given: readonly Migration[] | undefined, migrations: readonly Migration[]) {
  return (version: number): ExpectedSchemas => {
    if (!given && version === migrations.at(-1)?.version) return { expected: schemaManifest }
    throw new DriftpinError(
      'invalid_input',
      `The schema at version ${version} is unknown. Pass manifestAt, or use \`driftpin migrate ` +
        'adopt`, which creates it in an embedded database.',
      { version },
    )
  }
}

async function refuseRows(session: Session, ledger: Ledger): Promise<void> {
  const entries = await ledger.read(session)
  if (entries.length === 0) return
  throw new DriftpinError(
    'adoption_refused',
    `${ledger.name} already has ${entries.length} rows, so there is nothing to take over. Run ` +
      '`driftpin migrate status`, and continue with `driftpin migrate up`.',
    { ledger: ledger.name, rows: entries.length },
  )
}

interface GolangRow {
  version: bigint
  dirty: boolean
}

/** golang-migrate keeps one row, or none before the first migration. */
async function findVersion(
  session: Session,
  given: number | undefined,
): Promise<{ version: number; toldBy: 'golang-migrate' | 'caller' }> {
  const row = await readGolangMigrate(session)
  if (row?.dirty) {
    throw new DriftpinError(
      'migration_dirty',
      `golang-migrate marks version ${row.version} as dirty: it was interrupted. Repair the schema ` +
        'by hand, run `migrate force` of golang-migrate, and try again.',
      { version: Number(row.version) },
    )
  }
  if (given !== undefined) return { version: given, toldBy: 'caller' }
  if (row) return { version: Number(row.version), toldBy: 'golang-migrate' }
  throw new DriftpinError(
    'adoption_refused',
    `The version of this schema is unknown: ${session.schema} has no table schema_migrations of ` +
      'golang-migrate with a row. Name the version. If nothing was migrated yet, there is nothing ' +
      'to take over: use `driftpin migrate up`.',
    { schema: session.schema },
  )
}

async function readGolangMigrate(session: Session): Promise<GolangRow | undefined> {
  // Other tools have a table of this name too, with other columns.
  const { tables } = await readCatalog(session)
  const own = tables.find(({ name, kind }) => name === 'schema_migrations' && kind === 'table')
  const has = (name: string, type: string) =>
    own?.columns.some((column) => column.name === name && column.type === type)
  if (!has('version', 'bigint') || !has('dirty', 'boolean')) return undefined
  const table = `${quoteIdentifier(session.schema)}.schema_migrations`
  const { rows } = await session.query<GolangRow>(
    `SELECT version, dirty FROM ${table} ORDER BY dirty DESC, version DESC LIMIT 1`,
  )
  return rows[0]
}

const hint =
  ". The number comes from golang-migrate's table. If that table describes other migrations, name " +
  'the version of these.'

function mismatched(version: number, mismatches: readonly SchemaMismatch[]): DriftpinError {
  const objects = mismatches.slice(0, 5).map(({ object, kind }) => `${object} ${wordOf[kind]}`)
  const more = mismatches.length - objects.length
  return new DriftpinError(
    'schema_mismatch',
    `The schema differs from the one that the migrations create up to version ${version}: ` +
      `${objects.join('; ')}${more > 0 ? `; and ${more} more` : ''}. Change the schema, or name its ` +
      'true version.',
    mismatches,
  )
}

const wordOf = { missing: 'is missing', differs: 'differs', extra: 'is extra' } as const
