import { type Queryable, sqlState } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { tableNames } from '../schema/index.js'
import { type Grants, grantsScript } from './grants-script.js'

/**
 * Grants roles the privileges that they need in the schema of a database, and revokes all others,
 * like `driftpin grants`. It runs in one transaction and can be repeated. Call it after each
 * migration, because a new table has no privileges yet. Privileges on other tables do not change.
 *
 * The caller must own the tables or be a superuser. `migrateRole` also requires the ownership of
 * the schema or the database, and `createRoles` the right to create roles. An agent needs no role,
 * because it pushes through the backend.
 *
 * @param options.migrateRole The role that runs migrations and owns the tables. It may create
 * objects in the schema, which is created if it does not exist. No other role may, not even PUBLIC.
 * @param options.appRole The role of the backend. It reads and writes rows, and reads the ledger.
 * @param options.retentionRole The role of the job that purges. It deletes chats with everything
 * that belongs to them, and reads only ids, owners, ages and whether chats are archived.
 * @param options.createRoles Creates missing roles as NOLOGIN; false by default.
 * @param options.ledger The ledger table, `driftpin_migrations` by default; null if there is none.
 * @throws DriftpinError `invalid_input` if no role is named, if one role has two purposes, for an
 * invalid name, and for a role that owns the tables, because an owner has all privileges;
 * `schema_behind` if tables are missing. PostgreSQL's 42501 and 42704 (no such role) are passed on.
 *
 * @example
 * ```ts
 * await createMigrator(database).up()
 * await applyGrants(database, { appRole: 'chat_app', retentionRole: 'chat_retention' })
 * ```
 */
export async function applyGrants(queryable: Queryable, options: Grants): Promise<void> {
  const { schema } = queryable
  const script = grantsScript(schema, options)
  await queryable.transaction(async (transaction) => {
    // Two concurrent changes of one table's privileges would fail with "concurrently updated".
    await transaction.query(
      'SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))',
      [`driftpin grants ${schema}`],
    )
    await refuseOwners(transaction, options)
    try {
      await transaction.script(script)
    } catch (error) {
      if (sqlState(error) !== '42P01') throw error
      throw new DriftpinError(
        'schema_behind',
        `Some tables of driftpin are missing in the schema ${schema}. Nothing was changed. Run ` +
          'driftpin migrate up first. If another tool migrates, there is no ledger: pass ledger: null.',
        error,
      )
    }
  })
}

async function refuseOwners(
  queryable: Queryable,
  { appRole, retentionRole }: Grants,
): Promise<void> {
  const roles = [appRole, retentionRole].filter((role) => role !== undefined)
  const { rows } = await queryable.query<{ owner: string; table: string }>(
    `SELECT role.rolname::text AS owner, class.relname::text AS "table"
     FROM pg_catalog.pg_class class JOIN pg_catalog.pg_roles role ON role.oid = class.relowner
     WHERE class.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)
       AND class.relname = ANY ($2::text[]) AND role.rolname = ANY ($3::text[])
     LIMIT 1`,
    [queryable.schema, tableNames, roles],
  )
  if (!rows[0]) return
  const { owner, table } = rows[0]
  throw new DriftpinError(
    'invalid_input',
    `The role ${owner} owns ${table}, and an owner has all privileges. Nothing was changed. Give ` +
      'the tables to the role of migrations (REASSIGN OWNED), or name another role.',
    { owner, table },
  )
}
