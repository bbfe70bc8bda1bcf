// Made by `npm run generate` from a migrated database. Change a migration instead.
import type { SchemaManifest } from '../../catalog/index.js'

/**
 * The catalog of the migrated schema as data: what manifest.json has, in the code so that no file
 * is read at run time.
 *
 * @example
 * ```ts
 * const sizes = schemaManifest.tables.map(({ name, columns }) => [name, columns.length])
 * ```
 */
export const schemaManifest: SchemaManifest = {
  "tables": [
    {
      "name": "chat_context_resources",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "The pins: a chat's own copy of the context it was hydrated with. No key to any agent, build or workspace, on purpose: pins outlive them all and go with their chat alone.",
      "columns": [
        { "name": "chat_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "source", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The locator: the absolute path as found, links not resolved, or mcp:<server>." },
        { "name": "body_kind", "type": "workspace_agent_context_body_kind", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "body", "type": "jsonb", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The content, in a shape that depends on body_kind; {} unless status is ok." },
        { "name": "content_hash", "type": "bytea", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "sha256 of the original bytes, of nothing where they could not be read." },
        { "name": "size_bytes", "type": "bigint", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The true size, whatever the status." },
        { "name": "status", "type": "workspace_agent_context_resource_status", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "error", "type": "text", "nullable": false, "default": "''::text", "identity": null, "generated": null, "collation": null, "comment": "Why the status is not ok; empty if it is." },
        { "name": "source_path", "type": "text", "nullable": false, "default": "''::text", "identity": null, "generated": null, "collation": null, "comment": "The file it was read from, where that is not the source itself; empty otherwise." },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "When this source was first pinned to the chat." },
        { "name": "updated_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "When this pin was last replaced." }
      ],
      "constraints": [
        { "name": "chat_context_resources_chat_id_fkey", "definition": "FOREIGN KEY (chat_id) REFERENCES chats(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["chat_id"], "references": "chats", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_context_resources_pkey", "definition": "PRIMARY KEY (chat_id, source)", "kind": "primary key", "columns": ["chat_id", "source"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "chat_context_resources_size_bytes_not_negative", "definition": "CHECK ((size_bytes >= 0))", "kind": "check", "columns": ["size_bytes"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "chat_context_resources_pkey", "definition": "CREATE UNIQUE INDEX chat_context_resources_pkey ON chat_context_resources USING btree (chat_id, source)", "unique": true, "valid": true, "method": "btree", "columns": ["chat_id", "source"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "chat_debug_runs",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "A recorded turn of a chat, for whoever has to find out what happened in it.",
      "columns": [
        { "name": "chat_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "id", "type": "uuid", "nullable": false, "default": "gen_random_uuid()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "kind", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "status", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "summary", "type": "jsonb", "nullable": false, "default": "'{}'::jsonb", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "started_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "updated_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "finished_at", "type": "timestamp with time zone", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "NULL while it runs." }
      ],
      "constraints": [
        { "name": "chat_debug_runs_chat_id_fkey", "definition": "FOREIGN KEY (chat_id) REFERENCES chats(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["chat_id"], "references": "chats", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_debug_runs_pkey", "definition": "PRIMARY KEY (chat_id, id)", "kind": "primary key", "columns": ["chat_id", "id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "chat_debug_runs_chat_id_started_at_idx", "definition": "CREATE INDEX chat_debug_runs_chat_id_started_at_idx ON chat_debug_runs USING btree (chat_id, started_at DESC)", "unique": false, "valid": true, "method": "btree", "columns": ["chat_id", "started_at"], "condition": null, "comment": "Serves the runs of a chat, newest first." },
        { "name": "chat_debug_runs_pkey", "definition": "CREATE UNIQUE INDEX chat_debug_runs_pkey ON chat_debug_runs USING btree (chat_id, id)", "unique": true, "valid": true, "method": "btree", "columns": ["chat_id", "id"], "condition": null, "comment": "" },
        { "name": "chat_debug_runs_updated_at_chat_id_id_idx", "definition": "CREATE INDEX chat_debug_runs_updated_at_chat_id_id_idx ON chat_debug_runs USING btree (updated_at, chat_id, id)", "unique": false, "valid": true, "method": "btree", "columns": ["updated_at", "chat_id", "id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "chat_debug_steps",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "One call of a model or a tool in a debug run.",
      "columns": [
        { "name": "chat_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "id", "type": "uuid", "nullable": false, "default": "gen_random_uuid()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "run_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "step_number", "type": "integer", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "Counts the steps of one run." },
        { "name": "operation", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "status", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "normalized_request", "type": "jsonb", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "normalized_response", "type": "jsonb", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "NULL until it answered." },
        { "name": "attempts", "type": "jsonb", "nullable": false, "default": "'[]'::jsonb", "identity": null, "generated": null, "collation": null, "comment": "A JSON array with an entry for each try." },
        { "name": "metadata", "type": "jsonb", "nullable": false, "default": "'{}'::jsonb", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "started_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "finished_at", "type": "timestamp with time zone", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "NULL while it runs." }
      ],
      "constraints": [
        { "name": "chat_debug_steps_chat_id_fkey", "definition": "FOREIGN KEY (chat_id) REFERENCES chats(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["chat_id"], "references": "chats", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_debug_steps_chat_id_run_id_fkey", "definition": "FOREIGN KEY (chat_id, run_id) REFERENCES chat_debug_runs(chat_id, id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["chat_id", "run_id"], "references": "chat_debug_runs", "referencedColumns": ["chat_id", "id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_debug_steps_chat_id_run_id_step_number_key", "definition": "UNIQUE (chat_id, run_id, step_number)", "kind": "unique", "columns": ["chat_id", "run_id", "step_number"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "chat_debug_steps_pkey", "definition": "PRIMARY KEY (chat_id, id)", "kind": "primary key", "columns": ["chat_id", "id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "chat_debug_steps_chat_id_run_id_step_number_key", "definition": "CREATE UNIQUE INDEX chat_debug_steps_chat_id_run_id_step_number_key ON chat_debug_steps USING btree (chat_id, run_id, step_number)", "unique": true, "valid": true, "method": "btree", "columns": ["chat_id", "run_id", "step_number"], "condition": null, "comment": "" },
        { "name": "chat_debug_steps_pkey", "definition": "CREATE UNIQUE INDEX chat_debug_steps_pkey ON chat_debug_steps USING btree (chat_id, id)", "unique": true, "valid": true, "method": "btree", "columns": ["chat_id", "id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "chat_diff_statuses",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "The size and the review of the code change that a chat works on, as last fetched from its host.",
      "columns": [
        { "name": "chat_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "url", "type": "text", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The pull request; NULL while there is none." },
        { "name": "changes_requested", "type": "boolean", "nullable": false, "default": "false", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "additions", "type": "integer", "nullable": false, "default": "0", "identity": null, "generated": null, "collation": null, "comment": "Lines added." },
        { "name": "deletions", "type": "integer", "nullable": false, "default": "0", "identity": null, "generated": null, "collation": null, "comment": "Lines removed." },
        { "name": "changed_files", "type": "integer", "nullable": false, "default": "0", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "refreshed_at", "type": "timestamp with time zone", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "When it was last fetched; NULL before the first time." },
        { "name": "stale_at", "type": "timestamp with time zone", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "When it should be fetched again." },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "updated_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" }
      ],
      "constraints": [
        { "name": "chat_diff_statuses_chat_id_fkey", "definition": "FOREIGN KEY (chat_id) REFERENCES chats(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["chat_id"], "references": "chats", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_diff_statuses_pkey", "definition": "PRIMARY KEY (chat_id)", "kind": "primary key", "columns": ["chat_id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "chat_diff_statuses_pkey", "definition": "CREATE UNIQUE INDEX chat_diff_statuses_pkey ON chat_diff_statuses USING btree (chat_id)", "unique": true, "valid": true, "method": "btree", "columns": ["chat_id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "chat_file_links",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "Which files a chat uses.",
      "columns": [
        { "name": "chat_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "file_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" }
      ],
      "constraints": [
        { "name": "chat_file_links_chat_id_fkey", "definition": "FOREIGN KEY (chat_id) REFERENCES chats(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["chat_id"], "references": "chats", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_file_links_file_id_fkey", "definition": "FOREIGN KEY (file_id) REFERENCES chat_files(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["file_id"], "references": "chat_files", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_file_links_pkey", "definition": "PRIMARY KEY (chat_id, file_id)", "kind": "primary key", "columns": ["chat_id", "file_id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "chat_file_links_file_id_idx", "definition": "CREATE INDEX chat_file_links_file_id_idx ON chat_file_links USING btree (file_id)", "unique": false, "valid": true, "method": "btree", "columns": ["file_id"], "condition": null, "comment": "Serves the cascade from chat_files and the chats of a file." },
        { "name": "chat_file_links_pkey", "definition": "CREATE UNIQUE INDEX chat_file_links_pkey ON chat_file_links USING btree (chat_id, file_id)", "unique": true, "valid": true, "method": "btree", "columns": ["chat_id", "file_id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "chat_files",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "Files that users gave to chats. One may be linked to several chats, so that a purge of a chat removes its links and no file.",
      "columns": [
        { "name": "id", "type": "uuid", "nullable": false, "default": "gen_random_uuid()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "owner_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The user of the host application who owns it; no foreign key, since users are the host's." },
        { "name": "name", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "mimetype", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "data", "type": "bytea", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" }
      ],
      "constraints": [
        { "name": "chat_files_pkey", "definition": "PRIMARY KEY (id)", "kind": "primary key", "columns": ["id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "chat_files_created_at_id_idx", "definition": "CREATE INDEX chat_files_created_at_id_idx ON chat_files USING btree (created_at, id)", "unique": false, "valid": true, "method": "btree", "columns": ["created_at", "id"], "condition": null, "comment": "" },
        { "name": "chat_files_pkey", "definition": "CREATE UNIQUE INDEX chat_files_pkey ON chat_files USING btree (id)", "unique": true, "valid": true, "method": "btree", "columns": ["id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "chat_heartbeats",
      "kind": "table",
      "unlogged": true,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "Which processes of the host run which chat now. UNLOGGED: it is written often, and after a crash nobody runs anything.",
      "columns": [
        { "name": "chat_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "runner_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The process of the host application that runs the chat." },
        { "name": "heartbeat_at", "type": "timestamp with time zone", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" }
      ],
      "constraints": [
        { "name": "chat_heartbeats_chat_id_fkey", "definition": "FOREIGN KEY (chat_id) REFERENCES chats(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["chat_id"], "references": "chats", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_heartbeats_pkey", "definition": "PRIMARY KEY (chat_id, runner_id)", "kind": "primary key", "columns": ["chat_id", "runner_id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "chat_heartbeats_pkey", "definition": "CREATE UNIQUE INDEX chat_heartbeats_pkey ON chat_heartbeats USING btree (chat_id, runner_id)", "unique": true, "valid": true, "method": "btree", "columns": ["chat_id", "runner_id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "chat_messages",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "What was said in a chat, in the order of id.",
      "columns": [
        { "name": "chat_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "id", "type": "bigint", "nullable": false, "default": null, "identity": "always", "generated": null, "collation": null, "comment": "Ascending in the order of insertion over all chats; a chat sees gaps." },
        { "name": "role", "type": "chat_message_role", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "content", "type": "jsonb", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The parts of the message as the host keeps them; NULL where there are none." },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "compressed", "type": "boolean", "nullable": false, "default": "false", "identity": null, "generated": null, "collation": null, "comment": "Taken up in a later summary, by compaction." },
        { "name": "deleted", "type": "boolean", "nullable": false, "default": "false", "identity": null, "generated": null, "collation": null, "comment": "Soft deletion by the user." }
      ],
      "constraints": [
        { "name": "chat_messages_chat_id_fkey", "definition": "FOREIGN KEY (chat_id) REFERENCES chats(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["chat_id"], "references": "chats", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_messages_pkey", "definition": "PRIMARY KEY (chat_id, id)", "kind": "primary key", "columns": ["chat_id", "id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "chat_messages_pkey", "definition": "CREATE UNIQUE INDEX chat_messages_pkey ON chat_messages USING btree (chat_id, id)", "unique": true, "valid": true, "method": "btree", "columns": ["chat_id", "id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "chat_queued_messages",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "Messages that the user sent while the chat was busy.",
      "columns": [
        { "name": "chat_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "id", "type": "bigint", "nullable": false, "default": null, "identity": "always", "generated": null, "collation": null, "comment": "" },
        { "name": "content", "type": "jsonb", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "position", "type": "bigint", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "Where it stands in the queue; the smallest is next." },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" }
      ],
      "constraints": [
        { "name": "chat_queued_messages_chat_id_fkey", "definition": "FOREIGN KEY (chat_id) REFERENCES chats(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["chat_id"], "references": "chats", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "chat_queued_messages_pkey", "definition": "PRIMARY KEY (chat_id, id)", "kind": "primary key", "columns": ["chat_id", "id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "chat_queued_messages_chat_id_position_idx", "definition": "CREATE INDEX chat_queued_messages_chat_id_position_idx ON chat_queued_messages USING btree (chat_id, \"position\")", "unique": false, "valid": true, "method": "btree", "columns": ["chat_id", "position"], "condition": null, "comment": "Serves taking the next queued message of a chat." },
        { "name": "chat_queued_messages_pkey", "definition": "CREATE UNIQUE INDEX chat_queued_messages_pkey ON chat_queued_messages USING btree (chat_id, id)", "unique": true, "valid": true, "method": "btree", "columns": ["chat_id", "id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "chats",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "A conversation. It is bound to at most one agent at a time, and outlives every agent.",
      "columns": [
        { "name": "id", "type": "uuid", "nullable": false, "default": "gen_random_uuid()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "owner_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The user of the host application who owns it; no foreign key, since users are the host's." },
        { "name": "workspace_id", "type": "uuid", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The workspace of its agent; NULL when unbound or when the workspace is gone." },
        { "name": "build_id", "type": "uuid", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The build of its agent; NULL when unbound or when the build is gone." },
        { "name": "agent_id", "type": "uuid", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The agent it is bound to; NULL when unbound or when the agent is gone." },
        { "name": "title", "type": "text", "nullable": false, "default": "'New Chat'::text", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "status", "type": "chat_status", "nullable": false, "default": "'waiting'::chat_status", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "archived", "type": "boolean", "nullable": false, "default": "false", "identity": null, "generated": null, "collation": null, "comment": "Put away by its user. Only archived chats are ever purged." },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "updated_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "Moved by added messages, by archiving and by unarchiving; never by context operations. Lists and retention go by it." },
        { "name": "context_dirty_since", "type": "timestamp with time zone", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "When the live context first differed from the pins in a kind that the chat does not follow; NULL while they agree. Read it through the operations: the mark of an archived or unbound chat does not count." },
        { "name": "context_error", "type": "text", "nullable": false, "default": "''::text", "identity": null, "generated": null, "collation": null, "comment": "The snapshot error at the time of pinning; empty if there was none." },
        { "name": "context_hashes", "type": "jsonb", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The hash of its pins of each kind, as kind_hashes of a snapshot; {} for a hydrated chat without pins, NULL while it is not hydrated." },
        { "name": "context_follows", "type": "workspace_agent_context_body_kind[]", "nullable": false, "default": "'{mcp_config,mcp_server}'::workspace_agent_context_body_kind[]", "identity": null, "generated": null, "collation": null, "comment": "The kinds that it follows: its rows of these kinds are kept equal to the live context, and never make it dirty. The other kinds are pinned." }
      ],
      "constraints": [
        { "name": "chats_agent_id_fkey", "definition": "FOREIGN KEY (agent_id) REFERENCES workspace_agents(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED", "kind": "foreign key", "columns": ["agent_id"], "references": "workspace_agents", "referencedColumns": ["id"], "onDelete": "set null", "comment": "" },
        { "name": "chats_build_id_fkey", "definition": "FOREIGN KEY (build_id) REFERENCES workspace_builds(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED", "kind": "foreign key", "columns": ["build_id"], "references": "workspace_builds", "referencedColumns": ["id"], "onDelete": "set null", "comment": "" },
        { "name": "chats_context_hashes_object", "definition": "CHECK ((jsonb_typeof(context_hashes) = 'object'::text))", "kind": "check", "columns": ["context_hashes"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "chats_pkey", "definition": "PRIMARY KEY (id)", "kind": "primary key", "columns": ["id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "chats_workspace_id_fkey", "definition": "FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED", "kind": "foreign key", "columns": ["workspace_id"], "references": "workspaces", "referencedColumns": ["id"], "onDelete": "set null", "comment": "" }
      ],
      "indexes": [
        { "name": "chats_agent_id_idx", "definition": "CREATE INDEX chats_agent_id_idx ON chats USING btree (agent_id) WHERE agent_id IS NOT NULL", "unique": false, "valid": true, "method": "btree", "columns": ["agent_id"], "condition": "(agent_id IS NOT NULL)", "comment": "Serves SET NULL from workspace_agents and the chats that a push hydrates and settles." },
        { "name": "chats_build_id_idx", "definition": "CREATE INDEX chats_build_id_idx ON chats USING btree (build_id) WHERE build_id IS NOT NULL", "unique": false, "valid": true, "method": "btree", "columns": ["build_id"], "condition": "(build_id IS NOT NULL)", "comment": "Serves SET NULL from workspace_builds." },
        { "name": "chats_owner_id_updated_at_id_idx", "definition": "CREATE INDEX chats_owner_id_updated_at_id_idx ON chats USING btree (owner_id, updated_at DESC, id)", "unique": false, "valid": true, "method": "btree", "columns": ["owner_id", "updated_at", "id"], "condition": null, "comment": "Serves the list of an owner's chats, newest first, page by page." },
        { "name": "chats_pkey", "definition": "CREATE UNIQUE INDEX chats_pkey ON chats USING btree (id)", "unique": true, "valid": true, "method": "btree", "columns": ["id"], "condition": null, "comment": "" },
        { "name": "chats_updated_at_id_archived_idx", "definition": "CREATE INDEX chats_updated_at_id_archived_idx ON chats USING btree (updated_at, id) WHERE archived", "unique": false, "valid": true, "method": "btree", "columns": ["updated_at", "id"], "condition": "archived", "comment": "" },
        { "name": "chats_workspace_id_idx", "definition": "CREATE INDEX chats_workspace_id_idx ON chats USING btree (workspace_id) WHERE workspace_id IS NOT NULL", "unique": false, "valid": true, "method": "btree", "columns": ["workspace_id"], "condition": "(workspace_id IS NOT NULL)", "comment": "Serves SET NULL from workspaces and rebinding all chats of a workspace." }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "workspace_agent_context_resources",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "The live context: what an agent found, as of its latest accepted push.",
      "columns": [
        { "name": "workspace_agent_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "source", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The locator: the absolute path as found, links not resolved, or mcp:<server>." },
        { "name": "body_kind", "type": "workspace_agent_context_body_kind", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "body", "type": "jsonb", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The content, in a shape that depends on body_kind; {} unless status is ok." },
        { "name": "content_hash", "type": "bytea", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "sha256 of the original bytes, of nothing where they could not be read." },
        { "name": "size_bytes", "type": "bigint", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The true size, whatever the status." },
        { "name": "status", "type": "workspace_agent_context_resource_status", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "error", "type": "text", "nullable": false, "default": "''::text", "identity": null, "generated": null, "collation": null, "comment": "Why the status is not ok; empty if it is." },
        { "name": "source_path", "type": "text", "nullable": false, "default": "''::text", "identity": null, "generated": null, "collation": null, "comment": "The file it was read from, where that is not the source itself; empty otherwise." },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "When the agent first reported this source." },
        { "name": "updated_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "When the agent last reported something else for it." }
      ],
      "constraints": [
        { "name": "workspace_agent_context_resources_pkey", "definition": "PRIMARY KEY (workspace_agent_id, source)", "kind": "primary key", "columns": ["workspace_agent_id", "source"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "workspace_agent_context_resources_size_bytes_not_negative", "definition": "CHECK ((size_bytes >= 0))", "kind": "check", "columns": ["size_bytes"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "workspace_agent_context_resources_workspace_agent_id_fkey", "definition": "FOREIGN KEY (workspace_agent_id) REFERENCES workspace_agents(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["workspace_agent_id"], "references": "workspace_agents", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" }
      ],
      "indexes": [
        { "name": "workspace_agent_context_resources_pkey", "definition": "CREATE UNIQUE INDEX workspace_agent_context_resources_pkey ON workspace_agent_context_resources USING btree (workspace_agent_id, source)", "unique": true, "valid": true, "method": "btree", "columns": ["workspace_agent_id", "source"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "workspace_agent_context_snapshots",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "The head of the latest accepted push of an agent. Last writer wins; no history is kept.",
      "columns": [
        { "name": "workspace_agent_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "version", "type": "bigint", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The agent's counter. A push is accepted if its version is greater than this, or if it is initial; of another run only if it is initial and the run started no earlier." },
        { "name": "snapshot_error", "type": "text", "nullable": false, "default": "''::text", "identity": null, "generated": null, "collation": null, "comment": "What went wrong with the push as a whole; empty if nothing did." },
        { "name": "received_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "ready", "type": "boolean", "nullable": false, "default": "true", "identity": null, "generated": null, "collation": null, "comment": "False while the agent is still starting: chats are neither hydrated from it, nor refreshed to it, nor settled against it." },
        { "name": "kind_hashes", "type": "jsonb", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The hash of the live resources of each kind: an object of kind to sha256 in hexadecimal, without the kinds that have no resources. Drift is this differing from the hashes of a chat, in a kind that the chat pins." },
        { "name": "run_id", "type": "uuid", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The start of the agent's process that sent it; NULL if the agent does not say." },
        { "name": "run_started_at", "type": "timestamp with time zone", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "When that process started. A push of a process that started earlier is refused." },
        { "name": "resources_digest", "type": "bytea", "nullable": true, "default": null, "identity": null, "generated": null, "collation": null, "comment": "sha256 of everything in the resources of the last push, as the push computed it; NULL if it is not known. A push with the same digest leaves the resources as they are." }
      ],
      "constraints": [
        { "name": "workspace_agent_context_snapshots_kind_hashes_object", "definition": "CHECK ((jsonb_typeof(kind_hashes) = 'object'::text))", "kind": "check", "columns": ["kind_hashes"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "workspace_agent_context_snapshots_pkey", "definition": "PRIMARY KEY (workspace_agent_id)", "kind": "primary key", "columns": ["workspace_agent_id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "workspace_agent_context_snapshots_run_whole", "definition": "CHECK (((run_id IS NULL) = (run_started_at IS NULL)))", "kind": "check", "columns": ["run_id", "run_started_at"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "workspace_agent_context_snapshots_workspace_agent_id_fkey", "definition": "FOREIGN KEY (workspace_agent_id) REFERENCES workspace_agents(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["workspace_agent_id"], "references": "workspace_agents", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" }
      ],
      "indexes": [
        { "name": "workspace_agent_context_snapshots_pkey", "definition": "CREATE UNIQUE INDEX workspace_agent_context_snapshots_pkey ON workspace_agent_context_snapshots USING btree (workspace_agent_id)", "unique": true, "valid": true, "method": "btree", "columns": ["workspace_agent_id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "workspace_agents",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "A process in a build that reports the context it finds there.",
      "columns": [
        { "name": "id", "type": "uuid", "nullable": false, "default": "gen_random_uuid()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "build_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "name", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "operating_system", "type": "text", "nullable": false, "default": "''::text", "identity": null, "generated": null, "collation": null, "comment": "As the agent reports it; empty until it has." },
        { "name": "directory", "type": "text", "nullable": false, "default": "''::text", "identity": null, "generated": null, "collation": null, "comment": "The root directory it works in, as the agent reports it; empty until it has." },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "deleted", "type": "boolean", "nullable": false, "default": "false", "identity": null, "generated": null, "collation": null, "comment": "Soft deletion: changes nothing by itself, but a push to a deleted agent or a bind to it is refused." }
      ],
      "constraints": [
        { "name": "workspace_agents_build_id_fkey", "definition": "FOREIGN KEY (build_id) REFERENCES workspace_builds(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["build_id"], "references": "workspace_builds", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" },
        { "name": "workspace_agents_pkey", "definition": "PRIMARY KEY (id)", "kind": "primary key", "columns": ["id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "workspace_agents_build_id_idx", "definition": "CREATE INDEX workspace_agents_build_id_idx ON workspace_agents USING btree (build_id)", "unique": false, "valid": true, "method": "btree", "columns": ["build_id"], "condition": null, "comment": "Serves the cascade from workspace_builds and the agents of a build." },
        { "name": "workspace_agents_pkey", "definition": "CREATE UNIQUE INDEX workspace_agents_pkey ON workspace_agents USING btree (id)", "unique": true, "valid": true, "method": "btree", "columns": ["id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "workspace_builds",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "One provisioning of a workspace. A rebuild makes a new one, with new agents.",
      "columns": [
        { "name": "id", "type": "uuid", "nullable": false, "default": "gen_random_uuid()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "workspace_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "build_number", "type": "integer", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "Counts the builds of one workspace." },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" }
      ],
      "constraints": [
        { "name": "workspace_builds_pkey", "definition": "PRIMARY KEY (id)", "kind": "primary key", "columns": ["id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "workspace_builds_workspace_id_build_number_key", "definition": "UNIQUE (workspace_id, build_number)", "kind": "unique", "columns": ["workspace_id", "build_number"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" },
        { "name": "workspace_builds_workspace_id_fkey", "definition": "FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE", "kind": "foreign key", "columns": ["workspace_id"], "references": "workspaces", "referencedColumns": ["id"], "onDelete": "cascade", "comment": "" }
      ],
      "indexes": [
        { "name": "workspace_builds_pkey", "definition": "CREATE UNIQUE INDEX workspace_builds_pkey ON workspace_builds USING btree (id)", "unique": true, "valid": true, "method": "btree", "columns": ["id"], "condition": null, "comment": "" },
        { "name": "workspace_builds_workspace_id_build_number_key", "definition": "CREATE UNIQUE INDEX workspace_builds_workspace_id_build_number_key ON workspace_builds USING btree (workspace_id, build_number)", "unique": true, "valid": true, "method": "btree", "columns": ["workspace_id", "build_number"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    },
    {
      "name": "workspaces",
      "kind": "table",
      "unlogged": false,
      "rowSecurity": "off",
      "partitionKey": null,
      "parents": [],
      "partitionBound": null,
      "comment": "A user's environment. Its builds come and go; chats may outlive it.",
      "columns": [
        { "name": "id", "type": "uuid", "nullable": false, "default": "gen_random_uuid()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "owner_id", "type": "uuid", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "The user of the host application who owns it; no foreign key, since users are the host's." },
        { "name": "name", "type": "text", "nullable": false, "default": null, "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "created_at", "type": "timestamp with time zone", "nullable": false, "default": "now()", "identity": null, "generated": null, "collation": null, "comment": "" },
        { "name": "deleted", "type": "boolean", "nullable": false, "default": "false", "identity": null, "generated": null, "collation": null, "comment": "Soft deletion: changes nothing by itself." }
      ],
      "constraints": [
        { "name": "workspaces_pkey", "definition": "PRIMARY KEY (id)", "kind": "primary key", "columns": ["id"], "references": null, "referencedColumns": [], "onDelete": null, "comment": "" }
      ],
      "indexes": [
        { "name": "workspaces_pkey", "definition": "CREATE UNIQUE INDEX workspaces_pkey ON workspaces USING btree (id)", "unique": true, "valid": true, "method": "btree", "columns": ["id"], "condition": null, "comment": "" }
      ],
      "triggers": [],
      "policies": [],
      "rules": []
    }
  ],
  "views": [],
  "sequences": [
    { "name": "chat_messages_id_seq", "definition": "AS bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 START 1 CACHE 1", "ownedBy": "chat_messages.id", "comment": "" },
    { "name": "chat_queued_messages_id_seq", "definition": "AS bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 START 1 CACHE 1", "ownedBy": "chat_queued_messages.id", "comment": "" }
  ],
  "enums": [
    { "name": "chat_message_role", "values": ["system", "user", "assistant", "tool"], "comment": "Who speaks in a message." },
    { "name": "chat_status", "values": ["waiting", "running", "requires_action", "interrupting", "error"], "comment": "What a chat is doing now." },
    { "name": "workspace_agent_context_body_kind", "values": ["instruction_file", "skill", "mcp_config", "mcp_server", "plugin", "hook", "subagent", "command"], "comment": "What a resource is, and thereby the shape of its body. plugin, hook, subagent and command are reserved." },
    { "name": "workspace_agent_context_resource_status", "values": ["ok", "oversize", "unreadable", "invalid", "excluded"], "comment": "What became of a resource when the agent read it. Any but ok has the body {} and an error text." }
  ],
  "domains": [],
  "composites": [],
  "ranges": [],
  "functions": [],
  "extensions": []
}
