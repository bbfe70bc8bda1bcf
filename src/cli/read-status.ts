import { defineStatement, dirtyExpression } from '../context/index.js'
import type { Database } from '../database/index.js'
import { createMigrator, type MigrationState } from '../migrations/index.js'
import { commandStatements } from './command-statements.js'
import { hasDomainTables } from './domain-tables.js'
import { migrationLabel } from './migration-label.js'
import type { OpenedDatabase } from './open-database.js'
import type { Serving } from './serving.js'
import type { ChosenMigrations } from './with-migrator.js'

/** What `driftpin status` tells. */
export interface Status {
  readonly database: {
    readonly kind: 'embedded' | 'server'
    readonly version: string
    readonly name: string
    readonly user: string
    readonly schema: string
    readonly sizeBytes: bigint
    /** Of an embedded one. */
    readonly folder: string | null
    /** The process that has it open and serves it. */
    readonly serving: Serving | null
  }
  readonly migrations: Readonly<Record<MigrationState, number>> & {
    /** The newest that was applied; null where none was. */
    readonly newest: string | null
    /** The folder of the migrations; null for driftpin's own. */
    readonly folder: string | null
  }
  /** Null where the schema does not have driftpin's tables. */
  readonly domain: DomainStatus | null
}

interface DomainStatus {
  readonly workspaces: number
  readonly agents: { readonly count: number; readonly reporting: number }
  readonly chats: {
    readonly count: number
    readonly hydrated: number
    readonly dirty: number
    readonly archived: number
  }
  readonly pins: { readonly count: number; readonly sizeBytes: bigint }
}

const selectCounts = defineStatement(
  {
    name: 'count the domain',
    parameters: {},
    row: {
      workspaces: 'integer',
      agents: 'integer',
      reporting: 'integer',
      chats: 'integer',
      hydrated: 'integer',
      dirty: 'integer',
      archived: 'integer',
      pins: 'integer',
      pin_bytes: 'bigint',
    },
    sql: (names) => `
    SELECT workspaces.*, agents.*, chats.*, pins.*
    FROM (SELECT count(*)::integer AS workspaces
          FROM ${names.workspaces} WHERE NOT deleted) workspaces,
         (SELECT count(*)::integer AS agents,
                 count(head.workspace_agent_id)::integer AS reporting
          FROM ${names.workspace_agents} agent
          LEFT JOIN ${names.workspace_agent_context_snapshots} head
            ON head.workspace_agent_id = agent.id
          WHERE NOT agent.deleted) agents,
         (SELECT count(*)::integer AS chats,
                 count(chat.context_aggregate_hash)::integer AS hydrated,
                 count(*) FILTER (WHERE ${dirtyExpression(names, 'chat')})::integer AS dirty,
                 count(*) FILTER (WHERE chat.archived)::integer AS archived
          FROM ${names.chats} chat) chats,
         (SELECT count(*)::integer AS pins,
                 coalesce(sum(size_bytes), 0)::bigint AS pin_bytes
          FROM ${names.chat_context_resources}) pins`,
  },
  commandStatements,
)

/** Looks at a database, whether or not it has driftpin's tables, and writes nothing. */
export async function readStatus(
  opened: OpenedDatabase,
  chosen: Pick<ChosenMigrations, 'source' | 'migrator'>,
) {
  const { database } = opened
  const migrations = await readMigrationStatus(database, chosen)
  const domain = (await hasDomainTables(database)) ? await readDomain(database) : null
  return { database: await readPlace(opened), migrations, domain } satisfies Status
}

async function readPlace({ database, place }: OpenedDatabase): Promise<Status['database']> {
  const { rows } = await database.query<{
    version: string
    name: string
    user: string
    size: bigint
  }>(
    `SELECT current_setting('server_version') AS version, current_database()::text AS name,
            current_user::text AS "user", pg_database_size(current_database()) AS size`,
  )
  const { version, name, user, size } = rows[0]!
  return {
    kind: place.folder === undefined ? 'server' : 'embedded',
    ...{ version, name, user, schema: database.schema, sizeBytes: size },
    folder: place.folder ?? null,
    serving: place.serving ?? null,
  }
}

async function readMigrationStatus(
  database: Database,
  { source, migrator }: Pick<ChosenMigrations, 'source' | 'migrator'>,
): Promise<Status['migrations']> {
  const statuses = await createMigrator(database, migrator).status()
  const counts = { applied: 0, pending: 0, edited: 0, dirty: 0, unknown: 0 }
  for (const { state } of statuses) counts[state] += 1
  const newest = statuses.filter(({ state }) => state !== 'pending').at(-1)
  const { folder } = source
  return { ...counts, newest: newest ? migrationLabel(newest) : null, folder }
}

async function readDomain(database: Database): Promise<DomainStatus> {
  const [row] = await selectCounts(database, {})
  const { workspaces, agents, reporting, chats, hydrated, dirty, archived } = row!
  return {
    workspaces,
    agents: { count: agents, reporting },
    chats: { count: chats, hydrated, dirty, archived },
    pins: { count: row!.pins, sizeBytes: row!.pin_bytes },
  }
}
