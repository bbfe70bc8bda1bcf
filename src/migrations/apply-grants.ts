import { type Queryable, sqlState } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { tableNames } from '../schema/index.js'
import { type Grants, grantsScript } from './grants-script.js'

/**
 * Gives roles what they need in the schema of a database, and no more: `driftpin grants`, applied.
 *
 * In one transaction, and as often as one likes: call it after each migration, since a new table
 * has no rights yet. The role of migrations owns the tables, so that it may read them; an agent
 * needs no role, since it pushes through the backend. Rights on tables that are not driftpin's
 * stay as they are.
 *
 * Whoever calls it owns the tables or is a superuser; for `migrateRole` the schema or the
 * database, and for `createRoles` the right to create roles.
 *
 * @param options.migrateRole The role that runs migrations: may create in the schema, which is
 * made where it is missing. Nobody else may, PUBLIC included.
 * @param options.appRole The role of the backend. It reads and writes rows, and reads the ledger.
 * @param options.retentionRole The role of the job that purges. It deletes chats, with everything
 * that goes with them, and sees nothing of them but ids, owners, age and whether they are archived.
 * @param options.createRoles Makes the roles that there are not, as NOLOGIN; false by default.
 * @param options.ledger The ledger table, `driftpin_migrations`; null where there is none.
 * @throws DriftpinError `invalid_input` for no role, one role for two purposes, a bad name, or a
 * role that owns the tables, from which nothing can be withheld; `schema_behind` where the
 * tables are not all there. PostgreSQL's own 42501 and 42704 (no such role) pass.
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
    // Two that change the rights of one table at once would fail with "concurrently updated".
    await transaction.query(
      'SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))',
      [`driftpin grants ${schema}`],
    )
    await refuseOwners(transaction, options)
    try {
      await transaction.script(script)
    } catch (error) {
      throw sqlState(error) === '42P01' ? tablesMissing(schema, error) : error
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

function tablesMissing(schema: string, cause: unknown): DriftpinError {
  return new DriftpinError(
    'schema_behind',
    `Some tables of driftpin are missing in the schema ${schema}. Nothing was changed. Run ` +
      'driftpin migrate up first. If another tool migrates, there is no ledger: pass ledger: null.',
    cause,
  )
}
