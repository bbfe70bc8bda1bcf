// Made by `npm run generate` from the catalog of a migrated database. Change a migration instead.
import type { Column } from '../column.js'
import type { JsonValue } from '../json.js'

/**
 * The values of every enum type, in their order in the database.
 *
 * @example
 * ```ts
 * const [first] = Object.values(enums).flat()
 * ```
 */
export const enums = {
  chat_message_role: ['system', 'user', 'assistant', 'tool'],
  chat_status: ['waiting', 'running', 'requires_action', 'interrupting', 'error'],
  workspace_agent_context_body_kind: ['instruction_file', 'skill', 'mcp_config', 'mcp_server', 'plugin', 'hook', 'subagent', 'command'],
  workspace_agent_context_resource_status: ['ok', 'oversize', 'unreadable', 'invalid', 'excluded'],
} as const

/**
 * The names of the constraints of every table, for telling violations apart.
 *
 * @example
 * ```ts
 * const names: readonly string[] = Object.values(constraintNames).flat()
 * ```
 */
export const constraintNames = {
  chat_context_resources: ['chat_context_resources_chat_id_fkey', 'chat_context_resources_pkey', 'chat_context_resources_size_bytes_not_negative'],
  chat_debug_runs: ['chat_debug_runs_chat_id_fkey', 'chat_debug_runs_pkey'],
  chat_debug_steps: ['chat_debug_steps_chat_id_fkey', 'chat_debug_steps_chat_id_run_id_fkey', 'chat_debug_steps_chat_id_run_id_step_number_key', 'chat_debug_steps_pkey'],
  chat_diff_statuses: ['chat_diff_statuses_chat_id_fkey', 'chat_diff_statuses_pkey'],
  chat_file_links: ['chat_file_links_chat_id_fkey', 'chat_file_links_file_id_fkey', 'chat_file_links_pkey'],
  chat_files: ['chat_files_pkey'],
  chat_heartbeats: ['chat_heartbeats_chat_id_fkey', 'chat_heartbeats_pkey'],
  chat_messages: ['chat_messages_chat_id_fkey', 'chat_messages_pkey'],
  chat_queued_messages: ['chat_queued_messages_chat_id_fkey', 'chat_queued_messages_pkey'],
  chats: ['chats_agent_id_fkey', 'chats_build_id_fkey', 'chats_context_hashes_object', 'chats_pkey', 'chats_workspace_id_fkey'],
  workspace_agent_context_resources: ['workspace_agent_context_resources_pkey', 'workspace_agent_context_resources_size_bytes_not_negative', 'workspace_agent_context_resources_workspace_agent_id_fkey'],
  workspace_agent_context_snapshots: ['workspace_agent_context_snapshots_kind_hashes_object', 'workspace_agent_context_snapshots_pkey', 'workspace_agent_context_snapshots_run_whole', 'workspace_agent_context_snapshots_workspace_agent_id_fkey'],
  workspace_agents: ['workspace_agents_build_id_fkey', 'workspace_agents_pkey'],
  workspace_builds: ['workspace_builds_pkey', 'workspace_builds_workspace_id_build_number_key', 'workspace_builds_workspace_id_fkey'],
  workspaces: ['workspaces_pkey'],
} as const

/**
 * The name of every table.
 *
 * @example
 * ```ts
 * const isTable = (name: string) => tableNames.some((one) => one === name)
 * ```
 */
export const tableNames = ['chat_context_resources', 'chat_debug_runs', 'chat_debug_steps', 'chat_diff_statuses', 'chat_file_links', 'chat_files', 'chat_heartbeats', 'chat_messages', 'chat_queued_messages', 'chats', 'workspace_agent_context_resources', 'workspace_agent_context_snapshots', 'workspace_agents', 'workspace_builds', 'workspaces'] as const

/**
 * The columns of every table, in their order there.
 *
 * @example
 * ```ts
 * for (const [name, value] of Object.entries(columnNames)) console.log(name, value)
 * ```
 */
export const columnNames = {
  chat_context_resources: ['chat_id', 'source', 'body_kind', 'body', 'content_hash', 'size_bytes', 'status', 'error', 'source_path', 'created_at', 'updated_at'],
  chat_debug_runs: ['chat_id', 'id', 'kind', 'status', 'summary', 'started_at', 'updated_at', 'finished_at'],
  chat_debug_steps: ['chat_id', 'id', 'run_id', 'step_number', 'operation', 'status', 'normalized_request', 'normalized_response', 'attempts', 'metadata', 'started_at', 'finished_at'],
  chat_diff_statuses: ['chat_id', 'url', 'changes_requested', 'additions', 'deletions', 'changed_files', 'refreshed_at', 'stale_at', 'created_at', 'updated_at'],
  chat_file_links: ['chat_id', 'file_id'],
  chat_files: ['id', 'owner_id', 'name', 'mimetype', 'data', 'created_at'],
  chat_heartbeats: ['chat_id', 'runner_id', 'heartbeat_at'],
  chat_messages: ['chat_id', 'id', 'role', 'content', 'created_at', 'compressed', 'deleted'],
  chat_queued_messages: ['chat_id', 'id', 'content', 'position', 'created_at'],
  chats: ['id', 'owner_id', 'workspace_id', 'build_id', 'agent_id', 'title', 'status', 'archived', 'created_at', 'updated_at', 'context_dirty_since', 'context_error', 'context_hashes', 'context_follows'],
  workspace_agent_context_resources: ['workspace_agent_id', 'source', 'body_kind', 'body', 'content_hash', 'size_bytes', 'status', 'error', 'source_path', 'created_at', 'updated_at'],
  workspace_agent_context_snapshots: ['workspace_agent_id', 'version', 'snapshot_error', 'received_at', 'ready', 'kind_hashes', 'run_id', 'run_started_at', 'resources_digest'],
  workspace_agents: ['id', 'build_id', 'name', 'operating_system', 'directory', 'created_at', 'deleted'],
  workspace_builds: ['id', 'workspace_id', 'build_number', 'created_at'],
  workspaces: ['id', 'owner_id', 'name', 'created_at', 'deleted'],
} as const

/**
 * The columns of the primary key, for every table that has one.
 *
 * @example
 * ```ts
 * for (const [name, value] of Object.entries(primaryKeys)) console.log(name, value)
 * ```
 */
export const primaryKeys = {
  chat_context_resources: ['chat_id', 'source'],
  chat_debug_runs: ['chat_id', 'id'],
  chat_debug_steps: ['chat_id', 'id'],
  chat_diff_statuses: ['chat_id'],
  chat_file_links: ['chat_id', 'file_id'],
  chat_files: ['id'],
  chat_heartbeats: ['chat_id', 'runner_id'],
  chat_messages: ['chat_id', 'id'],
  chat_queued_messages: ['chat_id', 'id'],
  chats: ['id'],
  workspace_agent_context_resources: ['workspace_agent_id', 'source'],
  workspace_agent_context_snapshots: ['workspace_agent_id'],
  workspace_agents: ['id'],
  workspace_builds: ['id'],
  workspaces: ['id'],
} as const

/**
 * The columns of unique constraints, by table and name.
 *
 * @example
 * ```ts
 * for (const [name, value] of Object.entries(uniqueConstraints)) console.log(name, value)
 * ```
 */
export const uniqueConstraints = {
  chat_debug_steps: { chat_debug_steps_chat_id_run_id_step_number_key: ['chat_id', 'run_id', 'step_number'] },
  workspace_builds: { workspace_builds_workspace_id_build_number_key: ['workspace_id', 'build_number'] },
} as const

/**
 * What foreign keys refer to, by table and name.
 *
 * @example
 * ```ts
 * for (const [name, value] of Object.entries(foreignKeys)) console.log(name, value)
 * ```
 */
export const foreignKeys = {
  chat_context_resources: { chat_context_resources_chat_id_fkey: { columns: ['chat_id'], references: 'chats', referencedColumns: ['id'], onDelete: 'cascade' } },
  chat_debug_runs: { chat_debug_runs_chat_id_fkey: { columns: ['chat_id'], references: 'chats', referencedColumns: ['id'], onDelete: 'cascade' } },
  chat_debug_steps: { chat_debug_steps_chat_id_fkey: { columns: ['chat_id'], references: 'chats', referencedColumns: ['id'], onDelete: 'cascade' }, chat_debug_steps_chat_id_run_id_fkey: { columns: ['chat_id', 'run_id'], references: 'chat_debug_runs', referencedColumns: ['chat_id', 'id'], onDelete: 'cascade' } },
  chat_diff_statuses: { chat_diff_statuses_chat_id_fkey: { columns: ['chat_id'], references: 'chats', referencedColumns: ['id'], onDelete: 'cascade' } },
  chat_file_links: { chat_file_links_chat_id_fkey: { columns: ['chat_id'], references: 'chats', referencedColumns: ['id'], onDelete: 'cascade' }, chat_file_links_file_id_fkey: { columns: ['file_id'], references: 'chat_files', referencedColumns: ['id'], onDelete: 'cascade' } },
  chat_heartbeats: { chat_heartbeats_chat_id_fkey: { columns: ['chat_id'], references: 'chats', referencedColumns: ['id'], onDelete: 'cascade' } },
  chat_messages: { chat_messages_chat_id_fkey: { columns: ['chat_id'], references: 'chats', referencedColumns: ['id'], onDelete: 'cascade' } },
  chat_queued_messages: { chat_queued_messages_chat_id_fkey: { columns: ['chat_id'], references: 'chats', referencedColumns: ['id'], onDelete: 'cascade' } },
  chats: { chats_agent_id_fkey: { columns: ['agent_id'], references: 'workspace_agents', referencedColumns: ['id'], onDelete: 'set null' }, chats_build_id_fkey: { columns: ['build_id'], references: 'workspace_builds', referencedColumns: ['id'], onDelete: 'set null' }, chats_workspace_id_fkey: { columns: ['workspace_id'], references: 'workspaces', referencedColumns: ['id'], onDelete: 'set null' } },
  workspace_agent_context_resources: { workspace_agent_context_resources_workspace_agent_id_fkey: { columns: ['workspace_agent_id'], references: 'workspace_agents', referencedColumns: ['id'], onDelete: 'cascade' } },
  workspace_agent_context_snapshots: { workspace_agent_context_snapshots_workspace_agent_id_fkey: { columns: ['workspace_agent_id'], references: 'workspace_agents', referencedColumns: ['id'], onDelete: 'cascade' } },
  workspace_agents: { workspace_agents_build_id_fkey: { columns: ['build_id'], references: 'workspace_builds', referencedColumns: ['id'], onDelete: 'cascade' } },
  workspace_builds: { workspace_builds_workspace_id_fkey: { columns: ['workspace_id'], references: 'workspaces', referencedColumns: ['id'], onDelete: 'cascade' } },
} as const

/**
 * What CHECK constraints say, by table and name.
 *
 * @example
 * ```ts
 * for (const [name, value] of Object.entries(checkConstraints)) console.log(name, value)
 * ```
 */
export const checkConstraints = {
  chat_context_resources: { chat_context_resources_size_bytes_not_negative: 'CHECK ((size_bytes >= 0))' },
  chats: { chats_context_hashes_object: 'CHECK ((jsonb_typeof(context_hashes) = \'object\'::text))' },
  workspace_agent_context_resources: { workspace_agent_context_resources_size_bytes_not_negative: 'CHECK ((size_bytes >= 0))' },
  workspace_agent_context_snapshots: { workspace_agent_context_snapshots_kind_hashes_object: 'CHECK ((jsonb_typeof(kind_hashes) = \'object\'::text))', workspace_agent_context_snapshots_run_whole: 'CHECK (((run_id IS NULL) = (run_started_at IS NULL)))' },
} as const

/**
 * The tables whose rows go when a row of the owner is deleted, by ON DELETE CASCADE from
 * it or from one of them, by owner.
 *
 * @example
 * ```ts
 * for (const [name, value] of Object.entries(scopedTables)) console.log(name, value)
 * ```
 */
export const scopedTables = {
  chats: ['chat_context_resources', 'chat_debug_runs', 'chat_debug_steps', 'chat_diff_statuses', 'chat_file_links', 'chat_heartbeats', 'chat_messages', 'chat_queued_messages'],
} as const

/**
 * Who speaks in a message.
 *
 * @example
 * ```ts
 * const all: readonly ChatMessageRole[] = enums['chat_message_role']
 * ```
 */
export type ChatMessageRole = (typeof enums)['chat_message_role'][number]

/**
 * What a chat is doing now.
 *
 * @example
 * ```ts
 * const all: readonly ChatStatus[] = enums['chat_status']
 * ```
 */
export type ChatStatus = (typeof enums)['chat_status'][number]

/**
 * What a resource is, and thereby the shape of its body. plugin, hook, subagent and command are reserved.
 *
 * @example
 * ```ts
 * const all: readonly WorkspaceAgentContextBodyKind[] = enums['workspace_agent_context_body_kind']
 * ```
 */
export type WorkspaceAgentContextBodyKind = (typeof enums)['workspace_agent_context_body_kind'][number]

/**
 * What became of a resource when the agent read it. Any but ok has the body {} and an error text.
 *
 * @example
 * ```ts
 * const all: readonly WorkspaceAgentContextResourceStatus[] = enums['workspace_agent_context_resource_status']
 * ```
 */
export type WorkspaceAgentContextResourceStatus = (typeof enums)['workspace_agent_context_resource_status'][number]

/** The pins: a chat's own copy of the context it was hydrated with. No key to any agent, build or workspace, on purpose: pins outlive them all and go with their chat alone. */
export interface ChatContextResourcesTable<Int8 = string> {
  readonly chat_id: Column<string>
  /** The locator: the absolute path as found, links not resolved, or mcp:<server>. */
  readonly source: Column<string>
  readonly body_kind: Column<WorkspaceAgentContextBodyKind>
  /** The content, in a shape that depends on body_kind; {} unless status is ok. */
  readonly body: Column<JsonValue>
  /** sha256 of the original bytes, of nothing where they could not be read. */
  readonly content_hash: Column<Uint8Array>
  /** The true size, whatever the status. */
  readonly size_bytes: Column<Int8, Int8 | number | bigint | string, Int8 | number | bigint | string>
  readonly status: Column<WorkspaceAgentContextResourceStatus>
  /** Why the status is not ok; empty if it is. */
  readonly error: Column<string, string | undefined, string>
  /** The file it was read from, where that is not the source itself; empty otherwise. */
  readonly source_path: Column<string, string | undefined, string>
  /** When this source was first pinned to the chat. */
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
  /** When this pin was last replaced. */
  readonly updated_at: Column<Date, Date | string | undefined, Date | string>
}

/** A recorded turn of a chat, for whoever has to find out what happened in it. */
export interface ChatDebugRunsTable {
  readonly chat_id: Column<string>
  readonly id: Column<string, string | undefined, string>
  readonly kind: Column<string>
  readonly status: Column<string>
  readonly summary: Column<JsonValue, JsonValue | undefined, JsonValue>
  readonly started_at: Column<Date, Date | string | undefined, Date | string>
  readonly updated_at: Column<Date, Date | string | undefined, Date | string>
  /** NULL while it runs. */
  readonly finished_at: Column<Date | null, Date | string | null | undefined, Date | string | null>
}

/** One call of a model or a tool in a debug run. */
export interface ChatDebugStepsTable {
  readonly chat_id: Column<string>
  readonly id: Column<string, string | undefined, string>
  readonly run_id: Column<string>
  /** Counts the steps of one run. */
  readonly step_number: Column<number>
  readonly operation: Column<string>
  readonly status: Column<string>
  readonly normalized_request: Column<JsonValue>
  /** NULL until it answered. */
  readonly normalized_response: Column<JsonValue | null, JsonValue | null | undefined, JsonValue | null>
  /** A JSON array with an entry for each try. */
  readonly attempts: Column<JsonValue, JsonValue | undefined, JsonValue>
  readonly metadata: Column<JsonValue, JsonValue | undefined, JsonValue>
  readonly started_at: Column<Date, Date | string | undefined, Date | string>
  /** NULL while it runs. */
  readonly finished_at: Column<Date | null, Date | string | null | undefined, Date | string | null>
}

/** The size and the review of the code change that a chat works on, as last fetched from its host. */
export interface ChatDiffStatusesTable {
  readonly chat_id: Column<string>
  /** The pull request; NULL while there is none. */
  readonly url: Column<string | null, string | null | undefined, string | null>
  readonly changes_requested: Column<boolean, boolean | undefined, boolean>
  /** Lines added. */
  readonly additions: Column<number, number | undefined, number>
  /** Lines removed. */
  readonly deletions: Column<number, number | undefined, number>
  readonly changed_files: Column<number, number | undefined, number>
  /** When it was last fetched; NULL before the first time. */
  readonly refreshed_at: Column<Date | null, Date | string | null | undefined, Date | string | null>
  /** When it should be fetched again. */
  readonly stale_at: Column<Date, Date | string, Date | string>
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
  readonly updated_at: Column<Date, Date | string | undefined, Date | string>
}

/** Which files a chat uses. */
export interface ChatFileLinksTable {
  readonly chat_id: Column<string>
  readonly file_id: Column<string>
}

/** Files that users gave to chats. One may be linked to several chats, so that a purge of a chat removes its links and no file. */
export interface ChatFilesTable {
  readonly id: Column<string, string | undefined, string>
  /** The user of the host application who owns it; no foreign key, since users are the host's. */
  readonly owner_id: Column<string>
  readonly name: Column<string>
  readonly mimetype: Column<string>
  readonly data: Column<Uint8Array>
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
}

/** Which processes of the host run which chat now. UNLOGGED: it is written often, and after a crash nobody runs anything. */
export interface ChatHeartbeatsTable {
  readonly chat_id: Column<string>
  /** The process of the host application that runs the chat. */
  readonly runner_id: Column<string>
  readonly heartbeat_at: Column<Date, Date | string, Date | string>
}

/** What was said in a chat, in the order of id. */
export interface ChatMessagesTable<Int8 = string> {
  readonly chat_id: Column<string>
  /** Ascending in the order of insertion over all chats; a chat sees gaps. */
  readonly id: Column<Int8, never>
  readonly role: Column<ChatMessageRole>
  /** The parts of the message as the host keeps them; NULL where there are none. */
  readonly content: Column<JsonValue | null, JsonValue | null | undefined, JsonValue | null>
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
  /** Taken up in a later summary, by compaction. */
  readonly compressed: Column<boolean, boolean | undefined, boolean>
  /** Soft deletion by the user. */
  readonly deleted: Column<boolean, boolean | undefined, boolean>
}

/** Messages that the user sent while the chat was busy. */
export interface ChatQueuedMessagesTable<Int8 = string> {
  readonly chat_id: Column<string>
  readonly id: Column<Int8, never>
  readonly content: Column<JsonValue>
  /** Where it stands in the queue; the smallest is next. */
  readonly position: Column<Int8, Int8 | number | bigint | string, Int8 | number | bigint | string>
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
}

/** A conversation. It is bound to at most one agent at a time, and outlives every agent. */
export interface ChatsTable {
  readonly id: Column<string, string | undefined, string>
  /** The user of the host application who owns it; no foreign key, since users are the host's. */
  readonly owner_id: Column<string>
  /** The workspace of its agent; NULL when unbound or when the workspace is gone. */
  readonly workspace_id: Column<string | null, string | null | undefined, string | null>
  /** The build of its agent; NULL when unbound or when the build is gone. */
  readonly build_id: Column<string | null, string | null | undefined, string | null>
  /** The agent it is bound to; NULL when unbound or when the agent is gone. */
  readonly agent_id: Column<string | null, string | null | undefined, string | null>
  readonly title: Column<string, string | undefined, string>
  readonly status: Column<ChatStatus, ChatStatus | undefined, ChatStatus>
  /** Put away by its user. Only archived chats are ever purged. */
  readonly archived: Column<boolean, boolean | undefined, boolean>
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
  /** Moved by added messages, by archiving and by unarchiving; never by context operations. Lists and retention go by it. */
  readonly updated_at: Column<Date, Date | string | undefined, Date | string>
  /** When the live context first differed from the pins in a kind that the chat does not follow; NULL while they agree. Read it through the operations: the mark of an archived or unbound chat does not count. */
  readonly context_dirty_since: Column<Date | null, Date | string | null | undefined, Date | string | null>
  /** The snapshot error at the time of pinning; empty if there was none. */
  readonly context_error: Column<string, string | undefined, string>
  /** The hash of its pins of each kind, as kind_hashes of a snapshot; {} for a hydrated chat without pins, NULL while it is not hydrated. */
  readonly context_hashes: Column<JsonValue | null, JsonValue | null | undefined, JsonValue | null>
  /** The kinds that it follows: its rows of these kinds are kept equal to the live context, and never make it dirty. The other kinds are pinned. */
  readonly context_follows: Column<string, string | readonly (WorkspaceAgentContextBodyKind | null)[] | undefined, string | readonly (WorkspaceAgentContextBodyKind | null)[]>
}

/** The live context: what an agent found, as of its latest accepted push. */
export interface WorkspaceAgentContextResourcesTable<Int8 = string> {
  readonly workspace_agent_id: Column<string>
  /** The locator: the absolute path as found, links not resolved, or mcp:<server>. */
  readonly source: Column<string>
  readonly body_kind: Column<WorkspaceAgentContextBodyKind>
  /** The content, in a shape that depends on body_kind; {} unless status is ok. */
  readonly body: Column<JsonValue>
  /** sha256 of the original bytes, of nothing where they could not be read. */
  readonly content_hash: Column<Uint8Array>
  /** The true size, whatever the status. */
  readonly size_bytes: Column<Int8, Int8 | number | bigint | string, Int8 | number | bigint | string>
  readonly status: Column<WorkspaceAgentContextResourceStatus>
  /** Why the status is not ok; empty if it is. */
  readonly error: Column<string, string | undefined, string>
  /** The file it was read from, where that is not the source itself; empty otherwise. */
  readonly source_path: Column<string, string | undefined, string>
  /** When the agent first reported this source. */
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
  /** When the agent last reported something else for it. */
  readonly updated_at: Column<Date, Date | string | undefined, Date | string>
}

/** The head of the latest accepted push of an agent. Last writer wins; no history is kept. */
export interface WorkspaceAgentContextSnapshotsTable<Int8 = string> {
  readonly workspace_agent_id: Column<string>
  /** The agent's counter. A push is accepted if its version is greater than this, or if it is initial; of another run only if it is initial and the run started no earlier. */
  readonly version: Column<Int8, Int8 | number | bigint | string, Int8 | number | bigint | string>
  /** What went wrong with the push as a whole; empty if nothing did. */
  readonly snapshot_error: Column<string, string | undefined, string>
  readonly received_at: Column<Date, Date | string | undefined, Date | string>
  /** False while the agent is still starting: chats are neither hydrated from it, nor refreshed to it, nor settled against it. */
  readonly ready: Column<boolean, boolean | undefined, boolean>
  /** The hash of the live resources of each kind: an object of kind to sha256 in hexadecimal, without the kinds that have no resources. Drift is this differing from the hashes of a chat, in a kind that the chat pins. */
  readonly kind_hashes: Column<JsonValue>
  /** The start of the agent's process that sent it; NULL if the agent does not say. */
  readonly run_id: Column<string | null, string | null | undefined, string | null>
  /** When that process started. A push of a process that started earlier is refused. */
  readonly run_started_at: Column<Date | null, Date | string | null | undefined, Date | string | null>
  /** sha256 of everything in the resources of the last push, as the push computed it; NULL if it is not known. A push with the same digest leaves the resources as they are. */
  readonly resources_digest: Column<Uint8Array | null, Uint8Array | null | undefined, Uint8Array | null>
}

/** A process in a build that reports the context it finds there. */
export interface WorkspaceAgentsTable {
  readonly id: Column<string, string | undefined, string>
  readonly build_id: Column<string>
  readonly name: Column<string>
  /** As the agent reports it; empty until it has. */
  readonly operating_system: Column<string, string | undefined, string>
  /** The root directory it works in, as the agent reports it; empty until it has. */
  readonly directory: Column<string, string | undefined, string>
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
  /** Soft deletion: changes nothing by itself, but a push to a deleted agent or a bind to it is refused. */
  readonly deleted: Column<boolean, boolean | undefined, boolean>
}

/** One provisioning of a workspace. A rebuild makes a new one, with new agents. */
export interface WorkspaceBuildsTable {
  readonly id: Column<string, string | undefined, string>
  readonly workspace_id: Column<string>
  /** Counts the builds of one workspace. */
  readonly build_number: Column<number>
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
}

/** A user's environment. Its builds come and go; chats may outlive it. */
export interface WorkspacesTable {
  readonly id: Column<string, string | undefined, string>
  /** The user of the host application who owns it; no foreign key, since users are the host's. */
  readonly owner_id: Column<string>
  readonly name: Column<string>
  readonly created_at: Column<Date, Date | string | undefined, Date | string>
  /** Soft deletion: changes nothing by itself. */
  readonly deleted: Column<boolean, boolean | undefined, boolean>
}

/**
 * Every table, in the form that Kysely takes as its database type.
 *
 * `Int8` is what the driver makes of a bigint: `bigint` through the adapters of driftpin,
 * and by default `string`, as node-postgres gives it.
 *
 * @example
 * ```ts
 * import type { DriftpinTables } from 'driftpin'
 * const kysely = new Kysely<DriftpinTables>({ dialect: new PostgresDialect({ pool }) })
 * const titles = await kysely.selectFrom('chats').select('title').execute()
 * ```
 */
export interface DriftpinTables<Int8 = string> {
  readonly chat_context_resources: ChatContextResourcesTable<Int8>
  readonly chat_debug_runs: ChatDebugRunsTable
  readonly chat_debug_steps: ChatDebugStepsTable
  readonly chat_diff_statuses: ChatDiffStatusesTable
  readonly chat_file_links: ChatFileLinksTable
  readonly chat_files: ChatFilesTable
  readonly chat_heartbeats: ChatHeartbeatsTable
  readonly chat_messages: ChatMessagesTable<Int8>
  readonly chat_queued_messages: ChatQueuedMessagesTable<Int8>
  readonly chats: ChatsTable
  readonly workspace_agent_context_resources: WorkspaceAgentContextResourcesTable<Int8>
  readonly workspace_agent_context_snapshots: WorkspaceAgentContextSnapshotsTable<Int8>
  readonly workspace_agents: WorkspaceAgentsTable
  readonly workspace_builds: WorkspaceBuildsTable
  readonly workspaces: WorkspacesTable
}
