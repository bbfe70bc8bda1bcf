import type { SchemaMismatch } from '../catalog/index.js'
import {
  type Database,
  quoteIdentifier,
  type Session,
  type Transaction,
} from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { schemaManifest } from '../schema/index.js'
import { checkSchema, countExpected, type ExpectedSchemas } from './check-schema.js'
import { milliseconds } from './create-migrator.js'
import { bundledFiles } from './generated/bundled.js'
import { Ledger, ledgerName } from './ledger.js'
import { checksumOf, type Migration } from './migration.js'
import { withMigrationLock } from './migration-locks.js'
import { parseMigrations } from './parse-migrations.js'

/**
 * What {@link adoptMigrations} can be told.
 *
 * @example
 * ```ts
 * const options: AdoptOptions = { version: 10, dryRun: true }
 * const { migrations } = await adoptMigrations(database, options)
 * ```
 */
export interface AdoptOptions {
  /** The migrations that the database had; driftpin's own by default. */
  readonly migrations?: readonly Migration[]
  /** The version that the schema is at. By default the one in golang-migrate's table. */
  readonly version?: number
  /** What has to be there at a version. By default driftpin's own newest, and no other. */
  readonly manifestAt?: (version: number) => ExpectedSchemas | Promise<ExpectedSchemas>
  /** The name of the ledger table; `driftpin_migrations`. */
  readonly ledger?: string
  /** How long to wait for another process that migrates, in milliseconds; 60000. */
  readonly lockTimeoutMs?: number
  /** Checks everything and writes nothing. */
  readonly dryRun?: boolean
}

/**
 * What {@link adoptMigrations} did, or would do.
 *
 * @example
 * ```ts
 * const { version, toldBy, migrations }: Adoption = await adoptMigrations(database)
 * console.log(`took over at ${version}, as ${toldBy} says: ${migrations.length} migrations`)
 * ```
 */
export interface Adoption {
  /** The version that the ledger now says. */
  readonly version: number
  /** Who said that it is this version: the table of golang-migrate, or the caller. */
  readonly toldBy: 'golang-migrate' | 'caller'
  /** How many tables, columns, types and the like were compared; 0 proves nothing. */
  readonly compared: number
  /** The migrations that the ledger now has as applied, in their order. */
  readonly migrations: readonly { readonly version: number; readonly name: string }[]
}

/**
 * Takes over a database that another tool migrated, such as golang-migrate, or a person: holds its
 * schema against what the migrations make of an empty one, and notes in the ledger that they were
 * applied. From then on {@link createMigrator} goes on from there. The schema itself is not
 * touched, and neither is the other tool's table.
 *
 * The ledger and all of its rows come in one transaction, under the lock of the migrator.
 *
 * @throws DriftpinError, with nothing written: `schema_mismatch` with the mismatches as the cause;
 * `adoption_refused` for a ledger that has rows already, and where nobody says which version it is;
 * `migration_dirty` where golang-migrate says so; `migration_target` for a version that is not
 * among the migrations; `migration_locked`; `invalid_input`.
 *
 * @example
 * ```ts
 * const { version } = await adoptMigrations(database, { version: 10 })
 * await createMigrator(database).up()
 * ```
 */
export async function adoptMigrations(
  database: Database,
  options: AdoptOptions = {},
): Promise<Adoption> {
  const { migrations = parseMigrations(bundledFiles) } = options
  const lockTimeoutMs = milliseconds('lockTimeoutMs', options.lockTimeoutMs ?? 60_000)
  const ledger = new Ledger(database.schema, options.ledger ?? ledgerName)
  const manifestAt = options.manifestAt ?? ownManifest(options.migrations, migrations)
  return await database.withSession((session) =>
    withMigrationLock(session, ledger.name, lockTimeoutMs, async () => {
      await refuseRows(session, ledger)
      const { version, toldBy } = await findVersion(session, options.version)
      const adopted = upTo(migrations, version, toldBy)
      const expected = await manifestAt(version)
      await session.transaction(async (transaction) => {
        const mismatches = await checkSchema(transaction, expected)
        if (mismatches.length > 0) throw mismatched(version, mismatches)
        if (!options.dryRun) await write(transaction, ledger, adopted)
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

/** Older versions of our schema, and all of others', take a database to be made. */
function ownManifest(given: AdoptOptions['migrations'], migrations: readonly Migration[]) {
  return (version: number): ExpectedSchemas => {
    if (!given && version === migrations.at(-1)?.version) return { expected: schemaManifest }
    throw new DriftpinError(
      'invalid_input',
      `What the schema is at version ${version} is not known: pass manifestAt, or use \`driftpin ` +
        'migrate adopt`, which makes an embedded database to see.',
      { version },
    )
  }
}

async function refuseRows(session: Session, ledger: Ledger): Promise<void> {
  const entries = await ledger.read(session)
  if (entries.length === 0) return
  throw new DriftpinError(
    'adoption_refused',
    `${ledger.name} has ${entries.length} rows already, so that there is nothing to take over. ` +
      'See `driftpin migrate status`, and go on with `driftpin migrate up`.',
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
): Promise<Pick<Adoption, 'version' | 'toldBy'>> {
  const row = await readGolangMigrate(session)
  if (row?.dirty) {
    throw new DriftpinError(
      'migration_dirty',
      `golang-migrate says that version ${row.version} is dirty: it failed half way. Repair the ` +
        'schema by hand, tell golang-migrate with its command force, and come back.',
      { version: Number(row.version) },
    )
  }
  if (given !== undefined) return { version: given, toldBy: 'caller' }
  if (row) return { version: Number(row.version), toldBy: 'golang-migrate' }
  throw new DriftpinError(
    'adoption_refused',
    `Nobody says which version this schema is at: ${session.schema} has no schema_migrations of ` +
      'golang-migrate with a row in it. Name the version. If nothing was migrated yet, there is ' +
      'nothing to take over: use `driftpin migrate up`.',
    { schema: session.schema },
  )
}

async function readGolangMigrate(session: Session): Promise<GolangRow | undefined> {
  // Other tools have a table of this name too, with other columns.
  const { rows: found } = await session.query(
    `SELECT FROM pg_catalog.pg_attribute a
     JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = 'schema_migrations' AND c.relkind = 'r'
       AND (a.attname, a.atttypid) IN (('version', 'int8'::pg_catalog.regtype),
                                       ('dirty', 'bool'::pg_catalog.regtype))`,
    [session.schema],
  )
  if (found.length < 2) return undefined
  const table = `${quoteIdentifier(session.schema)}.schema_migrations`
  const { rows } = await session.query<GolangRow>(
    `SELECT version, dirty FROM ${table} ORDER BY dirty DESC, version DESC LIMIT 1`,
  )
  return rows[0]
}

function upTo(
  migrations: readonly Migration[],
  version: number,
  toldBy: Adoption['toldBy'],
): readonly Migration[] {
  const index = migrations.findIndex((migration) => migration.version === version)
  if (index >= 0) return migrations.slice(0, index + 1)
  throw new DriftpinError(
    'migration_target',
    `There is no migration ${version}. There are ` +
      `${migrations.map((one) => one.version).join(', ') || 'none'}.` +
      (toldBy === 'caller'
        ? ''
        : " The number is that of golang-migrate's table: where that is of other migrations, " +
          'name the version that these are at.'),
    { version },
  )
}

function mismatched(version: number, mismatches: readonly SchemaMismatch[]): DriftpinError {
  const objects = mismatches.slice(0, 5).map(({ object, kind }) => `${object} ${wordOf[kind]}`)
  const more = mismatches.length - objects.length
  return new DriftpinError(
    'schema_mismatch',
    `The schema is not what the migrations make up to version ${version}: ${objects.join('; ')}` +
      `${more > 0 ? `; and ${more} more` : ''}. Bring it there, or name the version that it is at.`,
    mismatches,
  )
}

const wordOf = { missing: 'is missing', differs: 'differs', extra: 'is extra' } as const

async function write(
  transaction: Transaction,
  ledger: Ledger,
  migrations: readonly Migration[],
): Promise<void> {
  await ledger.create(transaction)
  // They ran long ago, and nobody knows for how long; NULL would say that they never ended.
  await transaction.query(
    `INSERT INTO ${ledger.name} (version, name, checksum, duration_ms)
     SELECT version, name, checksum, 0
     FROM unnest($1::bigint[], $2::text[], $3::text[]) AS one (version, name, checksum)`,
    [
      migrations.map(({ version }) => version),
      migrations.map(({ name }) => name),
      await Promise.all(migrations.map(checksumOf)),
    ],
  )
}
