import { countChats, defineStatement } from '../context/index.js'
import type { Database } from '../database/index.js'
import { createMigrator } from '../migrations/index.js'
import { defineCommand } from './define-command.js'
import { hasDomainTables } from './domain-tables.js'
import { type ChosenMigrations, migrationOptions, readChosen } from './migrations.js'
import {
  devDatabaseOptions,
  type OpenedDatabase,
  onDevDatabase,
  withDevDatabase,
} from './open-database.js'
import {
  countNoun,
  humanAgo,
  humanSize,
  migrationLabel,
  paint,
  printable,
  shownPath,
  wrapAfter,
} from './terminal.js'

/** `driftpin status`. */
export const statusCommand = defineCommand({
  name: 'status',
  description: 'show the database and what it contains',
  options: (command) => migrationOptions(devDatabaseOptions(command)),
  examples: [
    'driftpin status',
    'driftpin status --database postgres://app@localhost/app --schema chat',
  ],
  run: async (options) => {
    const chosen = await readChosen(onDevDatabase(options))
    const status = await withDevDatabase(options, (opened) => readStatus(opened, chosen))
    return { json: status, text: () => console.log(renderStatus(status)) }
  },
})

const labelWidth = 12

function renderStatus({ database, migrations, domain }: Status): string {
  const lines = [
    ...renderPlace(database),
    ['schema', printable(database.schema)],
    ['migrations', renderMigrations(migrations)],
    ...(domain ? renderDomain(domain) : [['chats', "none of driftpin's tables in this schema"]]),
  ]
  return lines
    .map(([name = '', text = '']) => {
      return paint('bold', name.padEnd(labelWidth)) + wrapAfter(labelWidth, text)
    })
    .join('\n')
}

function renderPlace(place: Status['database']): string[][] {
  const { kind, version, folder, serving, name, user } = place
  const engine = kind === 'embedded' ? `embedded PostgreSQL ${version}` : `PostgreSQL ${version}`
  const where = folder ?? `${name}, as ${user}`
  const since = serving && humanAgo(new Date(serving.startedAt))
  return [
    ['database', `${printable(engine)}, ${humanSize(place.sizeBytes)}`],
    [folder === null ? 'name' : 'folder', printable(where)],
    ...(serving
      ? [['served', `${serving.url}\n${' '.repeat(labelWidth)}by process ${serving.pid}, ${since}`]]
      : []),
  ]
}

function renderMigrations({ newest, folder, ...counts }: Status['migrations']): string {
  const { applied, pending, ...wrong } = counts
  const parts = [
    `${applied} applied${newest === null ? '' : `, up to ${newest}`}`,
    ...(folder === null ? [] : [`from ${shownPath(folder)}`]),
    ...(pending > 0 ? [paint('yellow', `${pending} pending`)] : []),
    ...Object.entries(wrong)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => paint('red', `${count} ${state}`)),
  ]
  return parts.join(', ')
}

function renderDomain({ workspaces, agents, chats, pins }: NonNullable<Status['domain']>) {
  const dirty = `${chats.dirty} dirty`
  const states = [
    `${chats.hydrated} with pins`,
    chats.dirty > 0 ? paint('yellow', dirty) : dirty,
    `${chats.archived} archived`,
  ]
  /** The kinds of which there are any, with the number of chats. */
  const counted = (what: 'drifted' | 'followed', label: string) => {
    const some = chats.kinds.filter((kind) => kind[what] > 0)
    return some.length > 0
      ? [[label, some.map((one) => `${one[what]} ${one.kind}`).join(', ')]]
      : []
  }
  return [
    [
      'agents',
      [
        `${agents.count}, ${agents.reporting} reporting`,
        ...(agents.starting > 0 ? [paint('yellow', `${agents.starting} starting`)] : []),
        `in ${countNoun(workspaces, 'workspace')}`,
      ].join(', '),
    ],
    ['chats', `${chats.count}: ${states.join(', ')}`],
    ...counted('drifted', 'drifted'),
    ...counted('followed', 'follow'),
    ['pins', `${pins.count}, ${humanSize(pins.sizeBytes)}`],
  ]
}

/** What `driftpin status` shows. */
export type Status = Awaited<ReturnType<typeof readStatus>>

export const selectCounts = defineStatement({
  name: 'count workspaces, agents and pins',
  parameters: {},
  row: {
    workspaces: 'integer',
    agents: 'integer',
    reporting: 'integer',
    starting: 'integer',
    pins: 'integer',
    pinBytes: 'bigint',
  },
  sql: (names) => `
    SELECT workspaces.*, agents.*, pins.*
    FROM (SELECT count(*)::integer AS workspaces
          FROM ${names.workspaces} WHERE NOT deleted) workspaces,
         (SELECT count(*)::integer AS agents,
                 count(head.workspace_agent_id)::integer AS reporting,
                 count(*) FILTER (WHERE NOT head.ready)::integer AS starting
          FROM ${names.workspace_agents} agent
          LEFT JOIN ${names.workspace_agent_context_snapshots} head
            ON head.workspace_agent_id = agent.id
          WHERE NOT agent.deleted) agents,
         (SELECT count(*)::integer AS pins,
                 coalesce(sum(size_bytes), 0)::bigint AS "pinBytes"
          FROM ${names.chat_context_resources}) pins`,
})

/** For each kind, the unarchived chats that follow it, and the dirty ones of which it differs. */
export const countKinds = defineStatement({
  name: 'count chats by kind',
  parameters: {},
  row: { kind: 'text', drifted: 'integer', followed: 'integer' },
  sql: (names) => `
    SELECT one.kind::pg_catalog.text AS kind,
           (count(*) FILTER (WHERE chat.context_dirty_since IS NOT NULL AND live.ready
             AND one.kind <> ALL (chat.context_follows)
             AND chat.context_hashes -> one.kind::pg_catalog.text
               IS DISTINCT FROM live.kind_hashes -> one.kind::pg_catalog.text))::integer AS drifted,
           (count(*) FILTER (WHERE one.kind = ANY (chat.context_follows)))::integer AS followed
    FROM pg_catalog.unnest(enum_range(NULL::${names.workspace_agent_context_body_kind}))
      WITH ORDINALITY AS one (kind, place)
    LEFT JOIN ${names.chats} chat ON NOT chat.archived
    LEFT JOIN ${names.workspace_agent_context_snapshots} live
      ON live.workspace_agent_id = chat.agent_id
    GROUP BY one.kind, one.place
    ORDER BY one.place`,
})

/** Reads the status of a database. `domain` is null without driftpin's tables. */
export async function readStatus(
  opened: OpenedDatabase,
  chosen: Pick<ChosenMigrations, 'source' | 'migrator'>,
) {
  const { database } = opened
  const migrations = await readMigrationStatus(database, chosen)
  const domain = (await hasDomainTables(database)) ? await readDomain(database) : null
  return { database: await readPlace(opened), migrations, domain }
}

async function readPlace({ database, place }: OpenedDatabase) {
  const { rows } = await database.query<{
    version: string
    name: string
    user: string
    size: number
  }>(
    `SELECT current_setting('server_version') AS version, current_database()::text AS name,
            current_user::text AS "user", pg_database_size(current_database())::float8 AS size`,
  )
  const { version, name, user, size } = rows[0]!
  return {
    kind: place.folder === undefined ? ('server' as const) : ('embedded' as const),
    ...{ version, name, user, schema: database.schema, sizeBytes: size },
    /** The data folder of an embedded database. */
    folder: place.folder ?? null,
    /** The process that serves the data folder. */
    serving: place.serving ?? null,
  }
}

async function readMigrationStatus(
  database: Database,
  { source, migrator }: Pick<ChosenMigrations, 'source' | 'migrator'>,
) {
  const statuses = await createMigrator(database, migrator).status()
  const counts = { applied: 0, pending: 0, edited: 0, dirty: 0, unknown: 0 }
  for (const { state } of statuses) counts[state] += 1
  const newest = statuses.filter(({ state }) => state !== 'pending').at(-1)
  return { ...counts, newest: newest ? migrationLabel(newest) : null, folder: source.folder }
}

async function readDomain(database: Database) {
  const [counts] = await selectCounts(database, {})
  const [chats] = await countChats(database, {})
  const { workspaces, agents, reporting, starting, pins, pinBytes } = counts!
  const { count, hydrated, dirty, archived } = chats!
  return {
    workspaces,
    agents: { count: agents, reporting, starting },
    chats: { count, hydrated, dirty, archived, kinds: await countKinds(database, {}) },
    pins: { count: pins, sizeBytes: pinBytes },
  }
}
