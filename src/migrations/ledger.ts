import {
  assertSupportedVersion,
  type Queryable,
  quoteIdentifier,
  type Session,
  sqlState,
  type Transaction,
  versionNumber,
} from '../database/index.js'
import { checksumOf, type Migration } from './migration.js'

/** A row of the ledger: a migration that was applied or begun. */
export interface LedgerEntry {
  readonly version: number
  readonly name: string
  readonly checksum: string
  readonly appliedAt: Date
  /** Undefined for a migration without a transaction that was interrupted. */
  readonly durationMs: number | undefined
}

interface LedgerRow {
  version: bigint
  name: string
  checksum: string
  applied_at: Date
  duration_ms: number | null
}

/** The default name of the ledger table. */
export const ledgerName = 'driftpin_migrations'

/** The table that records the applied migrations of a schema. */
export class Ledger {
  readonly schema: string
  readonly table: string
  /** The qualified name of the table, quoted. */
  readonly name: string

  constructor(schema: string, table: string) {
    this.schema = schema
    this.table = table
    this.name = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
  }

  /**
   * Creates the schema and the table if they do not exist.
   *
   * @throws DriftpinError `server_unsupported`, before anything is written.
   */
  async create(session: Session | Transaction): Promise<void> {
    const exists = await this.#find(session)
    // IF NOT EXISTS needs the privilege to create even if there is nothing to do.
    if (!exists.schema) {
      const create = `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(this.schema)}`
      await session.script(create).catch((error) => {
        // A runner with another ledger has another lock and may create the schema concurrently.
        if (sqlState(error) !== '23505') throw error
      })
    }
    if (!exists.ledger) {
      await session.script(`CREATE TABLE IF NOT EXISTS ${this.name} (
        version bigint NOT NULL,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        duration_ms double precision,
        PRIMARY KEY (version)
      );
      COMMENT ON TABLE ${this.name} IS
        'Which migrations this schema has had. Written by driftpin''s migrator alone.';
      COMMENT ON COLUMN ${this.name}.checksum IS
        'sha256 over the up and the down file, in hexadecimal.';
      COMMENT ON COLUMN ${this.name}.duration_ms IS
        'Milliseconds it took; NULL for one without a transaction that was begun and not finished.'`)
    }
  }

  /**
   * All rows by version; none if the ledger does not exist.
   *
   * @throws DriftpinError `server_unsupported`.
   */
  async read(queryable: Queryable): Promise<LedgerEntry[]> {
    if (!(await this.#find(queryable)).ledger) return []
    const { rows } = await queryable.query<LedgerRow>(
      `SELECT version, name, checksum, applied_at, duration_ms FROM ${this.name} ORDER BY version`,
    )
    return rows.map(({ version, name, checksum, applied_at, duration_ms }) => ({
      version: Number(version),
      name,
      checksum,
      appliedAt: applied_at,
      durationMs: duration_ms ?? undefined,
    }))
  }

  /**
   * Whether the schema and the table exist. It reads no table, because it is the first query of
   * many processes, and planning would take longer than running.
   *
   * @throws DriftpinError `server_unsupported`.
   */
  async #find(
    queryable: Queryable,
  ): Promise<{ readonly schema: boolean; readonly ledger: boolean }> {
    const { rows } = await queryable.query<{ version: number; schema: boolean; ledger: boolean }>(
      `SELECT ${versionNumber} AS version,
              to_regnamespace(quote_ident($1::text)) IS NOT NULL AS schema,
              to_regclass(format('%I.%I', $1::text, $2::text)) IS NOT NULL AS ledger`,
      [this.schema, this.table],
    )
    assertSupportedVersion(rows[0]!.version)
    return rows[0]!
  }

  /**
   * Adds a migration, with its checksum. Without a time, it is dirty until {@link setTimes}.
   * In a transaction it is added before the migration runs, so that a second runner fails here.
   */
  async add(queryable: Queryable, migration: Migration, durationMs: 0 | null): Promise<void> {
    const { version, name } = migration
    await queryable.query(
      `INSERT INTO ${this.name} (version, name, checksum, duration_ms) VALUES ($1, $2, $3, $4)`,
      [version, name, await checksumOf(migration), durationMs],
    )
  }

  /** Sets how long migrations took, in one statement; null marks one as begun again. */
  async setTimes(
    queryable: Queryable,
    times: readonly { readonly version: number; readonly durationMs: number | null }[],
  ): Promise<void> {
    if (times.length === 0) return
    await queryable.query(
      `UPDATE ${this.name} AS entry SET duration_ms = took.ms
       FROM unnest($1::bigint[], $2::float8[]) AS took (version, ms)
       WHERE entry.version = took.version`,
      [times.map(({ version }) => version), times.map(({ durationMs }) => durationMs)],
    )
  }

  /** Records an interrupted migration as applied, with its present files. */
  async settle(queryable: Queryable, migration: Migration): Promise<void> {
    await queryable.query(
      `UPDATE ${this.name} SET name = $2, checksum = $3, duration_ms = 0 WHERE version = $1`,
      [migration.version, migration.name, await checksumOf(migration)],
    )
  }

  async remove(queryable: Queryable, version: number): Promise<void> {
    await queryable.query(`DELETE FROM ${this.name} WHERE version = $1`, [version])
  }
}

/** Every readable table, in any schema, whose columns are those of a ledger. */
export async function findLedgers(database: Queryable): Promise<Ledger[]> {
  const { rows } = await database.query<{ schema: string; table: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS table
     FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
     WHERE c.relkind = 'r' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
       AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
       AND (a.attname, a.atttypid) IN (('version', 'int8'::pg_catalog.regtype),
                                       ('name', 'text'::pg_catalog.regtype),
                                       ('checksum', 'text'::pg_catalog.regtype),
                                       ('applied_at', 'timestamptz'::pg_catalog.regtype),
                                       ('duration_ms', 'float8'::pg_catalog.regtype))
     GROUP BY n.nspname, c.relname HAVING count(*) = 5
     ORDER BY n.nspname, c.relname`,
  )
  return rows.map(({ schema, table }) => new Ledger(schema, table))
}
