import { checkSchemaName, quoteIdentifier } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { tableNames } from '../schema/index.js'
import { ledgerName } from './ledger.js'

/** See {@link applyGrants}. */
export interface Grants {
  readonly migrateRole?: string | undefined
  readonly appRole?: string | undefined
  readonly retentionRole?: string | undefined
  readonly createRoles?: boolean | undefined
  readonly ledger?: string | null | undefined
}

type TableName = (typeof tableNames)[number]

/** To read and write rows, and no more: neither TRUNCATE nor REFERENCES nor TRIGGER. */
const rowPrivileges = 'SELECT, INSERT, UPDATE, DELETE'

/**
 * The tables on which the application needs fewer privileges. This does not follow from the foreign
 * keys: `chat_context_resources` belongs to a chat too, and an unpin deletes its rows. A test
 * revokes one privilege after the other and checks that each is needed.
 */
const lessForApplication: Partial<Record<TableName, string>> = {
  // Messages are marked as deleted, and their rows are deleted with their chat.
  chat_messages: 'SELECT, INSERT, UPDATE',
  // A snapshot is replaced by the next one, and deleted with its agent.
  workspace_agent_context_snapshots: 'SELECT, INSERT, UPDATE',
}

/**
 * The privileges on `chats` are enough to purge: the foreign keys delete the rows of all other
 * tables with the privileges of their owner. A row lock requires the privilege to update some
 * column. This column affects neither purges nor the order of any list.
 */
const retentionPrivileges =
  'SELECT (id, owner_id, archived, updated_at), UPDATE (created_at), DELETE'

/**
 * The SQL that grants each role the privileges that it needs in a schema and revokes all others on
 * driftpin's tables. It changes no rows and can be repeated.
 *
 * @throws DriftpinError `invalid_input` for no role, one role for two purposes, or a bad name.
 */
export function grantsScript(schema: string, options: Grants): string {
  checkSchemaName(schema)
  const { migrateRole, appRole, retentionRole, createRoles = false } = options
  const roles = rolesOf(options)
  return [
    ...(createRoles ? [createMissing(roles)] : []),
    ...(migrateRole === undefined ? [] : [forMigrations(schema, migrateRole)]),
    ...(appRole === undefined ? [] : [forApplication(schema, appRole, options)]),
    ...(retentionRole === undefined ? [] : [forRetention(schema, retentionRole, options)]),
  ].join('\n')
}

function rolesOf({ migrateRole, appRole, retentionRole }: Grants): readonly string[] {
  const roles = [migrateRole, appRole, retentionRole].filter((role) => role !== undefined)
  if (roles.length > 0 && new Set(roles).size === roles.length) return roles
  throw new DriftpinError(
    'invalid_input',
    roles.length === 0
      ? 'No role was named. Name the role of migrations, of the application, of the retention ' +
          'job, or several of them.'
      : 'One role was named for two purposes, so that it would have the rights of both. Name ' +
          'different ones.',
    { migrateRole, appRole, retentionRole },
  )
}

function createMissing(roles: readonly string[]): string {
  const body = roles
    .map((role) => {
      const create = `CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`
      return `  BEGIN ${create}; EXCEPTION WHEN duplicate_object THEN NULL; END;`
    })
    .join('\n')
  // Names may contain any character, including this quote.
  let quote = '$roles$'
  while (body.includes(quote)) quote = `${quote.slice(0, -1)}_$`
  return `-- The roles that are missing. Give them to the users that log in: GRANT role TO user.
DO ${quote} BEGIN
${body}
END ${quote};
`
}

function forMigrations(schema: string, role: string): string {
  const [inSchema, to] = [quoteIdentifier(schema), quoteIdentifier(role)]
  return `-- Migrations: may create in the schema, and owns what it makes there.
CREATE SCHEMA IF NOT EXISTS ${inSchema};
REVOKE CREATE ON SCHEMA ${inSchema} FROM PUBLIC;
GRANT CREATE ON SCHEMA ${inSchema} TO ${to};
GRANT USAGE ON SCHEMA ${inSchema} TO ${to} WITH GRANT OPTION;
`
}

/** All privileges on driftpin's tables are revoked first, including those of earlier versions. */
function clean(schema: string, role: string, { ledger = ledgerName }: Grants): string {
  const to = quoteIdentifier(role)
  const tables = ledger === null ? tableNames : [...tableNames, ledger]
  return `REVOKE ALL ON TABLE${listed(schema, tables)}
FROM ${to};
GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${to};`
}

const listed = (schema: string, tables: readonly string[]) =>
  tables.map((table) => `\n  ${quoteIdentifier(schema)}.${quoteIdentifier(table)}`).join(',')

function forApplication(schema: string, role: string, options: Grants): string {
  const { ledger = ledgerName } = options
  const tablesOf = new Map<string, string[]>()
  const give = (privileges: string, table: string) =>
    tablesOf.set(privileges, [...(tablesOf.get(privileges) ?? []), table])
  for (const table of tableNames) give(lessForApplication[table] ?? rowPrivileges, table)
  // Only for reading: a backend checks at its start that its schema is current.
  if (ledger !== null) give('SELECT', ledger)
  const grants = [...tablesOf].map(
    ([privileges, tables]) =>
      `GRANT ${privileges} ON TABLE${listed(schema, tables)}\nTO ${quoteIdentifier(role)};`,
  )
  return `-- The application: reads and writes rows, and changes no table.
${clean(schema, role, options)}
${grants.join('\n')}
`
}

function forRetention(schema: string, role: string, options: Grants): string {
  const chats = listed(schema, ['chats' satisfies TableName])
  return `-- The retention job: deletes chats, with which all of theirs goes, and sees no content.
${clean(schema, role, options)}
GRANT ${retentionPrivileges} ON TABLE${chats}
TO ${quoteIdentifier(role)};
`
}
