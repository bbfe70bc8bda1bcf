// Made by `npm run generate` from src/migrations/sql. Change those files instead.
import type { MigrationFile } from '../parse-migrations.js'

/** The SQL files of src/migrations/sql, in the code so that no file is read at run time. */
export const bundledFiles: readonly MigrationFile[] = [
  {
    file: '000001_create_workspaces.down.sql',
    text: `-- destroys: workspaces, workspace_builds and workspace_agents, with all their rows
DROP TABLE workspace_agents;
DROP TABLE workspace_builds;
DROP TABLE workspaces;
`,
  },
  {
    file: '000001_create_workspaces.up.sql',
    text: `CREATE TABLE workspaces (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    owner_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted boolean NOT NULL DEFAULT false,
    CONSTRAINT workspaces_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE workspaces IS 'A user''s environment. Its builds come and go; chats may outlive it.';
COMMENT ON COLUMN workspaces.owner_id IS 'The user of the host application who owns it; no foreign key, since users are the host''s.';
COMMENT ON COLUMN workspaces.deleted IS 'Soft deletion: changes nothing by itself.';

CREATE TABLE workspace_builds (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    build_number integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT workspace_builds_pkey PRIMARY KEY (id),
    -- Its index also serves the cascade from workspaces.
    CONSTRAINT workspace_builds_workspace_id_build_number_key UNIQUE (workspace_id, build_number),
    CONSTRAINT workspace_builds_workspace_id_fkey
        FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);

COMMENT ON TABLE workspace_builds IS 'One provisioning of a workspace. A rebuild makes a new one, with new agents.';
COMMENT ON COLUMN workspace_builds.build_number IS 'Counts the builds of one workspace.';

CREATE TABLE workspace_agents (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    build_id uuid NOT NULL,
    name text NOT NULL,
    operating_system text NOT NULL DEFAULT '',
    directory text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted boolean NOT NULL DEFAULT false,
    CONSTRAINT workspace_agents_pkey PRIMARY KEY (id),
    CONSTRAINT workspace_agents_build_id_fkey
        FOREIGN KEY (build_id) REFERENCES workspace_builds (id) ON DELETE CASCADE
);

COMMENT ON TABLE workspace_agents IS 'A process in a build that reports the context it finds there.';
COMMENT ON COLUMN workspace_agents.operating_system IS 'As the agent reports it; empty until it has.';
COMMENT ON COLUMN workspace_agents.directory IS 'The root directory it works in, as the agent reports it; empty until it has.';
COMMENT ON COLUMN workspace_agents.deleted IS 'Soft deletion: changes nothing by itself, but a push to a deleted agent or a bind to it is refused.';

CREATE INDEX workspace_agents_build_id_idx ON workspace_agents (build_id);
COMMENT ON INDEX workspace_agents_build_id_idx IS 'Serves the cascade from workspace_builds and the agents of a build.';
`,
  },
  {
    file: '000002_create_chats.down.sql',
    text: `-- destroys: chats, with their chat_messages and chat_queued_messages
DROP TABLE chat_queued_messages;
DROP TABLE chat_messages;
DROP TYPE chat_message_role;
DROP TABLE chats;
DROP TYPE chat_status;
`,
  },
  {
    file: '000002_create_chats.up.sql',
    text: `CREATE TYPE chat_status AS ENUM ('waiting', 'running', 'requires_action', 'interrupting', 'error');
COMMENT ON TYPE chat_status IS 'What a chat is doing now.';

CREATE TABLE chats (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    owner_id uuid NOT NULL,
    workspace_id uuid,
    build_id uuid,
    agent_id uuid,
    title text NOT NULL DEFAULT 'New Chat',
    status chat_status NOT NULL DEFAULT 'waiting',
    archived boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chats_pkey PRIMARY KEY (id),
    CONSTRAINT chats_workspace_id_fkey
        FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE SET NULL,
    CONSTRAINT chats_build_id_fkey
        FOREIGN KEY (build_id) REFERENCES workspace_builds (id) ON DELETE SET NULL,
    CONSTRAINT chats_agent_id_fkey
        FOREIGN KEY (agent_id) REFERENCES workspace_agents (id) ON DELETE SET NULL
);

COMMENT ON TABLE chats IS 'A conversation. It is bound to at most one agent at a time, and outlives every agent.';
COMMENT ON COLUMN chats.owner_id IS 'The user of the host application who owns it; no foreign key, since users are the host''s.';
COMMENT ON COLUMN chats.workspace_id IS 'The workspace of its agent; NULL when unbound or when the workspace is gone.';
COMMENT ON COLUMN chats.build_id IS 'The build of its agent; NULL when unbound or when the build is gone.';
COMMENT ON COLUMN chats.agent_id IS 'The agent it is bound to; NULL when unbound or when the agent is gone.';
COMMENT ON COLUMN chats.archived IS 'Put away by its user. Only archived chats are ever purged.';
COMMENT ON COLUMN chats.updated_at IS 'Moved by added messages, by archiving and by unarchiving; never by context operations. Lists and retention go by it.';

CREATE INDEX chats_workspace_id_idx ON chats (workspace_id) WHERE workspace_id IS NOT NULL;
COMMENT ON INDEX chats_workspace_id_idx IS 'Serves SET NULL from workspaces and rebinding all chats of a workspace.';

CREATE INDEX chats_build_id_idx ON chats (build_id) WHERE build_id IS NOT NULL;
COMMENT ON INDEX chats_build_id_idx IS 'Serves SET NULL from workspace_builds.';

CREATE INDEX chats_agent_id_idx ON chats (agent_id) WHERE agent_id IS NOT NULL;
COMMENT ON INDEX chats_agent_id_idx IS 'Serves SET NULL from workspace_agents and the chats that a push hydrates and settles.';

CREATE INDEX chats_owner_id_updated_at_id_idx ON chats (owner_id, updated_at DESC, id);
COMMENT ON INDEX chats_owner_id_updated_at_id_idx IS 'Serves the list of an owner''s chats, newest first, page by page.';

CREATE TYPE chat_message_role AS ENUM ('system', 'user', 'assistant', 'tool');
COMMENT ON TYPE chat_message_role IS 'Who speaks in a message.';

CREATE TABLE chat_messages (
    chat_id uuid NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    role chat_message_role NOT NULL,
    content jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    compressed boolean NOT NULL DEFAULT false,
    deleted boolean NOT NULL DEFAULT false,
    CONSTRAINT chat_messages_pkey PRIMARY KEY (chat_id, id),
    CONSTRAINT chat_messages_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_messages IS 'What was said in a chat, in the order of id.';
COMMENT ON COLUMN chat_messages.id IS 'Ascending in the order of insertion over all chats; a chat sees gaps.';
COMMENT ON COLUMN chat_messages.content IS 'The parts of the message as the host keeps them; NULL where there are none.';
COMMENT ON COLUMN chat_messages.compressed IS 'Taken up in a later summary, by compaction.';
COMMENT ON COLUMN chat_messages.deleted IS 'Soft deletion by the user.';

CREATE TABLE chat_queued_messages (
    chat_id uuid NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    content jsonb NOT NULL,
    position bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chat_queued_messages_pkey PRIMARY KEY (chat_id, id),
    CONSTRAINT chat_queued_messages_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_queued_messages IS 'Messages that the user sent while the chat was busy.';
COMMENT ON COLUMN chat_queued_messages.position IS 'Where it stands in the queue; the smallest is next.';

CREATE INDEX chat_queued_messages_chat_id_position_idx ON chat_queued_messages (chat_id, position);
COMMENT ON INDEX chat_queued_messages_chat_id_position_idx IS 'Serves taking the next queued message of a chat.';
`,
  },
  {
    file: '000003_create_chat_files.down.sql',
    text: `-- destroys: chat_files with their data, and chat_file_links
DROP TABLE chat_file_links;
DROP TABLE chat_files;
`,
  },
  {
    file: '000003_create_chat_files.up.sql',
    text: `CREATE TABLE chat_files (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    owner_id uuid NOT NULL,
    name text NOT NULL,
    mimetype text NOT NULL,
    data bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chat_files_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE chat_files IS 'Files that users gave to chats. One may be linked to several chats, so that a purge of a chat removes its links and no file.';
COMMENT ON COLUMN chat_files.owner_id IS 'The user of the host application who owns it; no foreign key, since users are the host''s.';

CREATE TABLE chat_file_links (
    chat_id uuid NOT NULL,
    file_id uuid NOT NULL,
    CONSTRAINT chat_file_links_pkey PRIMARY KEY (chat_id, file_id),
    CONSTRAINT chat_file_links_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE,
    CONSTRAINT chat_file_links_file_id_fkey
        FOREIGN KEY (file_id) REFERENCES chat_files (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_file_links IS 'Which files a chat uses.';

CREATE INDEX chat_file_links_file_id_idx ON chat_file_links (file_id);
COMMENT ON INDEX chat_file_links_file_id_idx IS 'Serves the cascade from chat_files and the chats of a file.';
`,
  },
  {
    file: '000004_create_chat_diff_statuses.down.sql',
    text: `-- destroys: chat_diff_statuses, which the host can fetch again
DROP TABLE chat_diff_statuses;
`,
  },
  {
    file: '000004_create_chat_diff_statuses.up.sql',
    text: `CREATE TABLE chat_diff_statuses (
    chat_id uuid NOT NULL,
    url text,
    changes_requested boolean NOT NULL DEFAULT false,
    additions integer NOT NULL DEFAULT 0,
    deletions integer NOT NULL DEFAULT 0,
    changed_files integer NOT NULL DEFAULT 0,
    refreshed_at timestamptz,
    stale_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chat_diff_statuses_pkey PRIMARY KEY (chat_id),
    CONSTRAINT chat_diff_statuses_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_diff_statuses IS 'The size and the review of the code change that a chat works on, as last fetched from its host.';
COMMENT ON COLUMN chat_diff_statuses.url IS 'The pull request; NULL while there is none.';
COMMENT ON COLUMN chat_diff_statuses.additions IS 'Lines added.';
COMMENT ON COLUMN chat_diff_statuses.deletions IS 'Lines removed.';
COMMENT ON COLUMN chat_diff_statuses.refreshed_at IS 'When it was last fetched; NULL before the first time.';
COMMENT ON COLUMN chat_diff_statuses.stale_at IS 'When it should be fetched again.';
`,
  },
  {
    file: '000005_create_chat_debug_runs.down.sql',
    text: `-- destroys: chat_debug_runs and chat_debug_steps, with what was recorded
DROP TABLE chat_debug_steps;
DROP TABLE chat_debug_runs;
`,
  },
  {
    file: '000005_create_chat_debug_runs.up.sql',
    text: `CREATE TABLE chat_debug_runs (
    chat_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    kind text NOT NULL,
    status text NOT NULL,
    summary jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT chat_debug_runs_pkey PRIMARY KEY (chat_id, id),
    CONSTRAINT chat_debug_runs_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_debug_runs IS 'A recorded turn of a chat, for whoever has to find out what happened in it.';
COMMENT ON COLUMN chat_debug_runs.finished_at IS 'NULL while it runs.';

CREATE INDEX chat_debug_runs_chat_id_started_at_idx ON chat_debug_runs (chat_id, started_at DESC);
COMMENT ON INDEX chat_debug_runs_chat_id_started_at_idx IS 'Serves the runs of a chat, newest first.';

CREATE TABLE chat_debug_steps (
    chat_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    run_id uuid NOT NULL,
    step_number integer NOT NULL,
    operation text NOT NULL,
    status text NOT NULL,
    normalized_request jsonb NOT NULL,
    normalized_response jsonb,
    attempts jsonb NOT NULL DEFAULT '[]',
    metadata jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT chat_debug_steps_pkey PRIMARY KEY (chat_id, id),
    -- Its index also serves the cascade from chat_debug_runs.
    CONSTRAINT chat_debug_steps_chat_id_run_id_step_number_key
        UNIQUE (chat_id, run_id, step_number),
    CONSTRAINT chat_debug_steps_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE,
    CONSTRAINT chat_debug_steps_chat_id_run_id_fkey
        FOREIGN KEY (chat_id, run_id) REFERENCES chat_debug_runs (chat_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_debug_steps IS 'One call of a model or a tool in a debug run.';
COMMENT ON COLUMN chat_debug_steps.step_number IS 'Counts the steps of one run.';
COMMENT ON COLUMN chat_debug_steps.normalized_response IS 'NULL until it answered.';
COMMENT ON COLUMN chat_debug_steps.attempts IS 'A JSON array with an entry for each try.';
COMMENT ON COLUMN chat_debug_steps.finished_at IS 'NULL while it runs.';
`,
  },
  {
    file: '000006_create_chat_heartbeats.down.sql',
    text: `-- destroys: chat_heartbeats, which the runners write again within seconds
DROP TABLE chat_heartbeats;
`,
  },
  {
    file: '000006_create_chat_heartbeats.up.sql',
    text: `CREATE UNLOGGED TABLE chat_heartbeats (
    chat_id uuid NOT NULL,
    runner_id uuid NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    CONSTRAINT chat_heartbeats_pkey PRIMARY KEY (chat_id, runner_id),
    CONSTRAINT chat_heartbeats_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_heartbeats IS 'Which processes of the host run which chat now. UNLOGGED: it is written often, and after a crash nobody runs anything.';
COMMENT ON COLUMN chat_heartbeats.runner_id IS 'The process of the host application that runs the chat.';
`,
  },
  {
    file: '000007_create_agent_context.down.sql',
    text: `-- destroys: workspace_agent_context_snapshots and workspace_agent_context_resources, until each
-- agent pushes again
DROP TABLE workspace_agent_context_resources;
DROP TABLE workspace_agent_context_snapshots;
DROP TYPE workspace_agent_context_resource_status;
DROP TYPE workspace_agent_context_body_kind;
`,
  },
  {
    file: '000007_create_agent_context.up.sql',
    text: `-- This migration owns both enum types: others use them, and only its down drops them.

CREATE TYPE workspace_agent_context_body_kind AS ENUM (
    'instruction_file',
    'skill',
    'mcp_config',
    'mcp_server',
    'plugin',
    'hook',
    'subagent',
    'command'
);
COMMENT ON TYPE workspace_agent_context_body_kind IS 'What a resource is, and thereby the shape of its body. plugin, hook, subagent and command are reserved.';

CREATE TYPE workspace_agent_context_resource_status AS ENUM (
    'ok',
    'oversize',
    'unreadable',
    'invalid',
    'excluded'
);
COMMENT ON TYPE workspace_agent_context_resource_status IS 'What became of a resource when the agent read it. Any but ok has the body {} and an error text.';

CREATE TABLE workspace_agent_context_snapshots (
    workspace_agent_id uuid NOT NULL,
    version bigint NOT NULL,
    aggregate_hash bytea NOT NULL,
    snapshot_error text NOT NULL DEFAULT '',
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT workspace_agent_context_snapshots_pkey PRIMARY KEY (workspace_agent_id),
    CONSTRAINT workspace_agent_context_snapshots_aggregate_hash_not_empty
        CHECK (octet_length(aggregate_hash) > 0),
    CONSTRAINT workspace_agent_context_snapshots_workspace_agent_id_fkey
        FOREIGN KEY (workspace_agent_id) REFERENCES workspace_agents (id) ON DELETE CASCADE
);

COMMENT ON TABLE workspace_agent_context_snapshots IS 'The head of the latest accepted push of an agent. Last writer wins; no history is kept.';
COMMENT ON COLUMN workspace_agent_context_snapshots.version IS 'The agent''s counter. A push is accepted if it is initial or its version is greater than this.';
COMMENT ON COLUMN workspace_agent_context_snapshots.aggregate_hash IS 'The hash of all resources together. Drift is this differing from the hash a chat was pinned at.';
COMMENT ON COLUMN workspace_agent_context_snapshots.snapshot_error IS 'What went wrong with the push as a whole; empty if nothing did.';

CREATE TABLE workspace_agent_context_resources (
    workspace_agent_id uuid NOT NULL,
    source text NOT NULL,
    body_kind workspace_agent_context_body_kind NOT NULL,
    body jsonb NOT NULL,
    content_hash bytea NOT NULL,
    size_bytes bigint NOT NULL,
    status workspace_agent_context_resource_status NOT NULL,
    error text NOT NULL DEFAULT '',
    source_path text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT workspace_agent_context_resources_pkey PRIMARY KEY (workspace_agent_id, source),
    CONSTRAINT workspace_agent_context_resources_size_bytes_not_negative CHECK (size_bytes >= 0),
    CONSTRAINT workspace_agent_context_resources_workspace_agent_id_fkey
        FOREIGN KEY (workspace_agent_id) REFERENCES workspace_agents (id) ON DELETE CASCADE
);

COMMENT ON TABLE workspace_agent_context_resources IS 'The live context: what an agent found, as of its latest accepted push.';
COMMENT ON COLUMN workspace_agent_context_resources.source IS 'The locator: the absolute path as found, links not resolved, or mcp:<server>.';
COMMENT ON COLUMN workspace_agent_context_resources.body IS 'The content, in a shape that depends on body_kind; {} unless status is ok.';
COMMENT ON COLUMN workspace_agent_context_resources.content_hash IS 'sha256 of the original bytes, of nothing where they could not be read.';
COMMENT ON COLUMN workspace_agent_context_resources.size_bytes IS 'The true size, whatever the status.';
COMMENT ON COLUMN workspace_agent_context_resources.error IS 'Why the status is not ok; empty if it is.';
COMMENT ON COLUMN workspace_agent_context_resources.source_path IS 'The file it was read from, where that is not the source itself; empty otherwise.';
COMMENT ON COLUMN workspace_agent_context_resources.created_at IS 'When the agent first reported this source.';
COMMENT ON COLUMN workspace_agent_context_resources.updated_at IS 'When the agent last reported something else for it.';
`,
  },
  {
    file: '000008_add_chat_hydration.down.sql',
    text: `-- destroys: context_aggregate_hash, context_dirty_since and context_error of every chat, so that
-- none is hydrated any more
ALTER TABLE chats
    DROP CONSTRAINT chats_context_aggregate_hash_not_empty,
    DROP COLUMN context_error,
    DROP COLUMN context_dirty_since,
    DROP COLUMN context_aggregate_hash;
`,
  },
  {
    file: '000008_add_chat_hydration.up.sql',
    text: `ALTER TABLE chats
    ADD COLUMN context_aggregate_hash bytea,
    ADD COLUMN context_dirty_since timestamptz,
    ADD COLUMN context_error text NOT NULL DEFAULT '',
    -- driftpin-lint: allow constraint-blocks-table because this is first released with the
    -- migration that makes chats, which has no rows yet.
    ADD CONSTRAINT chats_context_aggregate_hash_not_empty
        CHECK (octet_length(context_aggregate_hash) > 0);

COMMENT ON COLUMN chats.context_aggregate_hash IS 'The aggregate hash that its pins were taken at; NULL while it is not hydrated.';
COMMENT ON COLUMN chats.context_dirty_since IS 'When the live context first differed from the pins; NULL while they agree. Read it through the operations: the mark of an archived or unbound chat does not count.';
COMMENT ON COLUMN chats.context_error IS 'The snapshot error at the time of pinning; empty if there was none.';
`,
  },
  {
    file: '000009_create_chat_context_resources.down.sql',
    text: `-- destroys: chat_context_resources, the pins of every chat; no agent can be asked for them again
DROP TABLE chat_context_resources;
`,
  },
  {
    file: '000009_create_chat_context_resources.up.sql',
    text: `-- The enum types are those of the live context, which this mirrors. Every chat starts unpinned:
-- a hash without pins, left by an earlier life of this table, would never hydrate again.

CREATE TABLE chat_context_resources (
    chat_id uuid NOT NULL,
    source text NOT NULL,
    body_kind workspace_agent_context_body_kind NOT NULL,
    body jsonb NOT NULL,
    content_hash bytea NOT NULL,
    size_bytes bigint NOT NULL,
    status workspace_agent_context_resource_status NOT NULL,
    error text NOT NULL DEFAULT '',
    source_path text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chat_context_resources_pkey PRIMARY KEY (chat_id, source),
    CONSTRAINT chat_context_resources_size_bytes_not_negative CHECK (size_bytes >= 0),
    CONSTRAINT chat_context_resources_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_context_resources IS 'The pins: a chat''s own copy of the context it was hydrated with. No key to any agent, build or workspace, on purpose: pins outlive them all and go with their chat alone.';
COMMENT ON COLUMN chat_context_resources.source IS 'The locator: the absolute path as found, links not resolved, or mcp:<server>.';
COMMENT ON COLUMN chat_context_resources.body IS 'The content, in a shape that depends on body_kind; {} unless status is ok.';
COMMENT ON COLUMN chat_context_resources.content_hash IS 'sha256 of the original bytes, of nothing where they could not be read.';
COMMENT ON COLUMN chat_context_resources.size_bytes IS 'The true size, whatever the status.';
COMMENT ON COLUMN chat_context_resources.error IS 'Why the status is not ok; empty if it is.';
COMMENT ON COLUMN chat_context_resources.source_path IS 'The file it was read from, where that is not the source itself; empty otherwise.';
COMMENT ON COLUMN chat_context_resources.created_at IS 'When this source was first pinned to the chat.';
COMMENT ON COLUMN chat_context_resources.updated_at IS 'When this pin was last replaced.';

UPDATE chats
SET context_aggregate_hash = NULL, context_dirty_since = NULL, context_error = ''
WHERE context_aggregate_hash IS NOT NULL
    OR context_dirty_since IS NOT NULL
    OR context_error <> '';
`,
  },
  {
    file: '000010_create_chat_purge_index.down.sql',
    text: `-- driftpin: no transaction
DROP INDEX CONCURRENTLY chats_updated_at_id_archived_idx;
`,
  },
  {
    file: '000010_create_chat_purge_index.up.sql',
    text: `-- driftpin: no transaction
-- Serves the purge, which takes archived chats by age. CONCURRENTLY, since chats is written to
-- all day.
CREATE INDEX CONCURRENTLY chats_updated_at_id_archived_idx ON chats (updated_at, id) WHERE archived;
`,
  },
  {
    file: '000011_defer_chat_keys.down.sql',
    text: `ALTER TABLE chats
    ALTER CONSTRAINT chats_workspace_id_fkey NOT DEFERRABLE,
    ALTER CONSTRAINT chats_build_id_fkey NOT DEFERRABLE,
    ALTER CONSTRAINT chats_agent_id_fkey NOT DEFERRABLE;
`,
  },
  {
    file: '000011_defer_chat_keys.up.sql',
    text: `-- PostgreSQL fires the triggers of foreign keys in the order in which the keys were made, and a
-- dump restores them in another order than these migrations. A deletion of a workspace sets three
-- keys of its chats to NULL, one after the other, and the second UPDATE of a row in a transaction
-- checks all of them: if that check came at once, it could find an agent that was deleted already.
-- At COMMIT it sees the row as the deletion left it, in whatever order that was done.
--
-- This reads no row: it locks chats for a moment only.
ALTER TABLE chats
    ALTER CONSTRAINT chats_workspace_id_fkey DEFERRABLE INITIALLY DEFERRED,
    ALTER CONSTRAINT chats_build_id_fkey DEFERRABLE INITIALLY DEFERRED,
    ALTER CONSTRAINT chats_agent_id_fkey DEFERRABLE INITIALLY DEFERRED;
`,
  },
  {
    file: '000012_add_snapshot_readiness.down.sql',
    text: `-- destroys: which snapshots are not ready; all of them count as ready again
ALTER TABLE workspace_agent_context_snapshots DROP COLUMN ready;
`,
  },
  {
    file: '000012_add_snapshot_readiness.up.sql',
    text: `-- What is stored already counts as ready, as it did before.
ALTER TABLE workspace_agent_context_snapshots
    ADD COLUMN ready boolean NOT NULL DEFAULT true;

COMMENT ON COLUMN workspace_agent_context_snapshots.ready IS 'False while the agent is still starting: chats are neither hydrated from it, nor refreshed to it, nor settled against it.';
`,
  },
  {
    file: '000013_add_context_hashes.down.sql',
    text: `-- destroys: run_id and run_started_at of every snapshot, and context_follows of every chat, which
-- cannot be restored; kind_hashes and context_hashes, which can be computed again
ALTER TABLE chats
    DROP CONSTRAINT chats_context_hashes_object,
    DROP COLUMN context_follows,
    DROP COLUMN context_hashes;

ALTER TABLE workspace_agent_context_snapshots
    DROP CONSTRAINT workspace_agent_context_snapshots_run_whole,
    DROP CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object,
    DROP COLUMN run_started_at,
    DROP COLUMN run_id,
    DROP COLUMN kind_hashes;

COMMENT ON COLUMN workspace_agent_context_snapshots.version IS 'The agent''s counter. A push is accepted if it is initial or its version is greater than this.';
`,
  },
  {
    file: '000013_add_context_hashes.up.sql',
    text: `-- Adds columns only: the next migration fills them, and the one after it removes what they replace.

ALTER TABLE workspace_agent_context_snapshots
    ADD COLUMN kind_hashes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN run_id uuid,
    ADD COLUMN run_started_at timestamptz,
    ADD CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object
        CHECK (jsonb_typeof(kind_hashes) = 'object') NOT VALID,
    ADD CONSTRAINT workspace_agent_context_snapshots_run_whole
        CHECK ((run_id IS NULL) = (run_started_at IS NULL)) NOT VALID;

COMMENT ON COLUMN workspace_agent_context_snapshots.kind_hashes IS 'The hash of the live resources of each kind: an object of kind to sha256 in hexadecimal, without the kinds that have no resources. Drift is this differing from the hashes of a chat, in a kind that the chat pins.';
COMMENT ON COLUMN workspace_agent_context_snapshots.run_id IS 'The start of the agent''s process that sent it; NULL if the agent does not say.';
COMMENT ON COLUMN workspace_agent_context_snapshots.run_started_at IS 'When that process started. A push of a process that started earlier is refused.';
COMMENT ON COLUMN workspace_agent_context_snapshots.version IS 'The agent''s counter. A push is accepted if its version is greater than this, or if it is initial; of another run only if it is initial and the run started no earlier.';

ALTER TABLE chats
    ADD COLUMN context_hashes jsonb,
    ADD COLUMN context_follows workspace_agent_context_body_kind[] NOT NULL
        DEFAULT '{mcp_config,mcp_server}',
    ADD CONSTRAINT chats_context_hashes_object
        CHECK (jsonb_typeof(context_hashes) = 'object') NOT VALID;

COMMENT ON COLUMN chats.context_hashes IS 'The hash of its pins of each kind, as kind_hashes of a snapshot; {} for a hydrated chat without pins, NULL while it is not hydrated.';
COMMENT ON COLUMN chats.context_follows IS 'The kinds that it follows: its rows of these kinds are kept equal to the live context, and never make it dirty. The other kinds are pinned.';
`,
  },
  {
    file: '000014_fill_context_hashes.down.sql',
    text: `-- The hashes stay, and are computed again on the way up.
ALTER TABLE chats
    DROP CONSTRAINT chats_context_hashes_object,
    ADD CONSTRAINT chats_context_hashes_object
        CHECK (jsonb_typeof(context_hashes) = 'object') NOT VALID;

ALTER TABLE workspace_agent_context_snapshots
    DROP CONSTRAINT workspace_agent_context_snapshots_run_whole,
    DROP CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object,
    ADD CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object
        CHECK (jsonb_typeof(kind_hashes) = 'object') NOT VALID,
    ADD CONSTRAINT workspace_agent_context_snapshots_run_whole
        CHECK ((run_id IS NULL) = (run_started_at IS NULL)) NOT VALID;
`,
  },
  {
    file: '000014_fill_context_hashes.up.sql',
    text: `-- driftpin: no transaction
-- Computes the hashes from the rows, in batches that are committed one by one: with a million chats
-- this takes minutes, and one transaction would keep all chats locked until its end. It can be
-- repeated. Stop the processes of the previous version first, since they do not know the columns:
-- what they pin while this runs, or later, keeps an older hash.
--
-- A resource contributes its source, its content hash and its status as netstrings.
DO LANGUAGE plpgsql $$
DECLARE
    batch_size CONSTANT integer := 5000;
    from_id uuid;
    to_id uuid;
BEGIN
    from_id := '00000000-0000-0000-0000-000000000000';
    LOOP
        SELECT workspace_agent_id INTO to_id FROM workspace_agent_context_snapshots
        WHERE workspace_agent_id >= from_id
        ORDER BY workspace_agent_id OFFSET batch_size LIMIT 1;
        UPDATE workspace_agent_context_snapshots snapshots
        SET kind_hashes = (
            SELECT coalesce(jsonb_object_agg(kinds.body_kind, kinds.hash), '{}')
            FROM (
                SELECT body_kind, encode(sha256(string_agg(
                    convert_to(concat(octet_length(source), ':', source, ',',
                        octet_length(content_hash), ':'), 'UTF8')
                    || content_hash
                    || convert_to(concat(',', octet_length(status::text), ':', status, ','), 'UTF8'),
                    ''::bytea ORDER BY source COLLATE "C")), 'hex') AS hash
                FROM workspace_agent_context_resources resources
                WHERE resources.workspace_agent_id = snapshots.workspace_agent_id
                GROUP BY body_kind
            ) kinds)
        WHERE workspace_agent_id >= from_id AND (to_id IS NULL OR workspace_agent_id < to_id);
        COMMIT;
        EXIT WHEN to_id IS NULL;
        from_id := to_id;
    END LOOP;

    from_id := '00000000-0000-0000-0000-000000000000';
    LOOP
        SELECT id INTO to_id FROM chats WHERE id >= from_id ORDER BY id OFFSET batch_size LIMIT 1;
        UPDATE chats
        SET context_hashes = (
            SELECT coalesce(jsonb_object_agg(kinds.body_kind, kinds.hash), '{}')
            FROM (
                SELECT body_kind, encode(sha256(string_agg(
                    convert_to(concat(octet_length(source), ':', source, ',',
                        octet_length(content_hash), ':'), 'UTF8')
                    || content_hash
                    || convert_to(concat(',', octet_length(status::text), ':', status, ','), 'UTF8'),
                    ''::bytea ORDER BY source COLLATE "C")), 'hex') AS hash
                FROM chat_context_resources pins
                WHERE pins.chat_id = chats.id
                GROUP BY body_kind
            ) kinds)
        WHERE id >= from_id AND (to_id IS NULL OR id < to_id)
            AND context_aggregate_hash IS NOT NULL;
        COMMIT;
        EXIT WHEN to_id IS NULL;
        from_id := to_id;
    END LOOP;

    -- Each reads its table once, and blocks neither reading nor writing.
    ALTER TABLE workspace_agent_context_snapshots
        VALIDATE CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object,
        VALIDATE CONSTRAINT workspace_agent_context_snapshots_run_whole;
    ALTER TABLE chats VALIDATE CONSTRAINT chats_context_hashes_object;
END
$$;
`,
  },
  {
    file: '000015_drop_aggregate_hashes.down.sql',
    text: `-- destroys: aggregate hashes that agents sent with their pushes; each is computed from the rows, as
-- for a push without one
--
-- The columns behind the restored ones are made again, so that the order of columns is as before.
-- destroys: old_dirty_since, old_error, old_hashes, old_follows, old_received_at, old_ready,
-- old_kind_hashes, old_run_id and old_run_started_at, whose values are copied before

ALTER TABLE chats
    DROP CONSTRAINT chats_context_hashes_object;
ALTER TABLE chats RENAME COLUMN context_dirty_since TO old_dirty_since;
ALTER TABLE chats RENAME COLUMN context_error TO old_error;
ALTER TABLE chats RENAME COLUMN context_hashes TO old_hashes;
ALTER TABLE chats RENAME COLUMN context_follows TO old_follows;
ALTER TABLE chats
    ADD COLUMN context_aggregate_hash bytea,
    ADD COLUMN context_dirty_since timestamptz,
    ADD COLUMN context_error text NOT NULL DEFAULT '',
    ADD COLUMN context_hashes jsonb,
    ADD COLUMN context_follows workspace_agent_context_body_kind[] NOT NULL
        DEFAULT '{mcp_config,mcp_server}';

UPDATE chats
SET context_aggregate_hash = CASE WHEN old_hashes IS NOT NULL THEN (
        SELECT sha256(coalesce(string_agg(
            convert_to(concat(octet_length(body_kind::text), ':', body_kind, ',',
                octet_length(source), ':', source, ',', octet_length(content_hash), ':'), 'UTF8')
            || content_hash
            || convert_to(concat(',', octet_length(status::text), ':', status, ','), 'UTF8'),
            ''::bytea ORDER BY body_kind::text COLLATE "C", source COLLATE "C"), ''::bytea))
        FROM chat_context_resources pins
        WHERE pins.chat_id = chats.id) END,
    context_dirty_since = old_dirty_since,
    context_error = old_error,
    context_hashes = old_hashes,
    context_follows = old_follows;

-- driftpin-lint: allow constraint-blocks-table because the rows were just written in this
-- transaction, which has locked the table anyway.
ALTER TABLE chats
    DROP COLUMN old_dirty_since,
    DROP COLUMN old_error,
    DROP COLUMN old_hashes,
    DROP COLUMN old_follows,
    ADD CONSTRAINT chats_context_aggregate_hash_not_empty
        CHECK (octet_length(context_aggregate_hash) > 0),
    ADD CONSTRAINT chats_context_hashes_object CHECK (jsonb_typeof(context_hashes) = 'object');

COMMENT ON COLUMN chats.context_aggregate_hash IS 'The aggregate hash that its pins were taken at; NULL while it is not hydrated.';
COMMENT ON COLUMN chats.context_dirty_since IS 'When the live context first differed from the pins; NULL while they agree. Read it through the operations: the mark of an archived or unbound chat does not count.';
COMMENT ON COLUMN chats.context_error IS 'The snapshot error at the time of pinning; empty if there was none.';
COMMENT ON COLUMN chats.context_hashes IS 'The hash of its pins of each kind, as kind_hashes of a snapshot; {} for a hydrated chat without pins, NULL while it is not hydrated.';
COMMENT ON COLUMN chats.context_follows IS 'The kinds that it follows: its rows of these kinds are kept equal to the live context, and never make it dirty. The other kinds are pinned.';

ALTER TABLE workspace_agent_context_snapshots
    DROP CONSTRAINT workspace_agent_context_snapshots_run_whole,
    DROP CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN snapshot_error TO old_error;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN received_at TO old_received_at;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN ready TO old_ready;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN kind_hashes TO old_kind_hashes;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN run_id TO old_run_id;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN run_started_at TO old_run_started_at;
ALTER TABLE workspace_agent_context_snapshots
    ADD COLUMN aggregate_hash bytea,
    ADD COLUMN snapshot_error text NOT NULL DEFAULT '',
    ADD COLUMN received_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN ready boolean NOT NULL DEFAULT true,
    ADD COLUMN kind_hashes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN run_id uuid,
    ADD COLUMN run_started_at timestamptz;

UPDATE workspace_agent_context_snapshots snapshots
SET aggregate_hash = (
        SELECT sha256(coalesce(string_agg(
            convert_to(concat(octet_length(body_kind::text), ':', body_kind, ',',
                octet_length(source), ':', source, ',', octet_length(content_hash), ':'), 'UTF8')
            || content_hash
            || convert_to(concat(',', octet_length(status::text), ':', status, ','), 'UTF8'),
            ''::bytea ORDER BY body_kind::text COLLATE "C", source COLLATE "C"), ''::bytea))
        FROM workspace_agent_context_resources resources
        WHERE resources.workspace_agent_id = snapshots.workspace_agent_id),
    snapshot_error = old_error,
    received_at = old_received_at,
    ready = old_ready,
    kind_hashes = old_kind_hashes,
    run_id = old_run_id,
    run_started_at = old_run_started_at;

-- driftpin-lint: allow constraint-blocks-table because the rows were just written in this
-- transaction, which has locked the table anyway.
ALTER TABLE workspace_agent_context_snapshots
    ALTER COLUMN aggregate_hash SET NOT NULL,
    DROP COLUMN old_error,
    DROP COLUMN old_received_at,
    DROP COLUMN old_ready,
    DROP COLUMN old_kind_hashes,
    DROP COLUMN old_run_id,
    DROP COLUMN old_run_started_at,
    ADD CONSTRAINT workspace_agent_context_snapshots_aggregate_hash_not_empty
        CHECK (octet_length(aggregate_hash) > 0),
    ADD CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object
        CHECK (jsonb_typeof(kind_hashes) = 'object'),
    ADD CONSTRAINT workspace_agent_context_snapshots_run_whole
        CHECK ((run_id IS NULL) = (run_started_at IS NULL));

COMMENT ON COLUMN workspace_agent_context_snapshots.aggregate_hash IS 'The hash of all resources together. Drift is this differing from the hash a chat was pinned at.';
COMMENT ON COLUMN workspace_agent_context_snapshots.snapshot_error IS 'What went wrong with the push as a whole; empty if nothing did.';
COMMENT ON COLUMN workspace_agent_context_snapshots.ready IS 'False while the agent is still starting: chats are neither hydrated from it, nor refreshed to it, nor settled against it.';
COMMENT ON COLUMN workspace_agent_context_snapshots.kind_hashes IS 'The hash of the live resources of each kind: an object of kind to sha256 in hexadecimal, without the kinds that have no resources. Drift is this differing from the hashes of a chat, in a kind that the chat pins.';
COMMENT ON COLUMN workspace_agent_context_snapshots.run_id IS 'The start of the agent''s process that sent it; NULL if the agent does not say.';
COMMENT ON COLUMN workspace_agent_context_snapshots.run_started_at IS 'When that process started. A push of a process that started earlier is refused.';
`,
  },
  {
    file: '000015_drop_aggregate_hashes.up.sql',
    text: `-- A chat is hydrated exactly if it has hashes. Dropping a column only changes the catalog.
-- destroys: context_aggregate_hash and aggregate_hash, which the hashes of kinds replace

ALTER TABLE chats
    DROP CONSTRAINT chats_context_aggregate_hash_not_empty,
    DROP COLUMN context_aggregate_hash;

COMMENT ON COLUMN chats.context_dirty_since IS 'When the live context first differed from the pins in a kind that the chat does not follow; NULL while they agree. Read it through the operations: the mark of an archived or unbound chat does not count.';

ALTER TABLE workspace_agent_context_snapshots
    DROP CONSTRAINT workspace_agent_context_snapshots_aggregate_hash_not_empty,
    DROP COLUMN aggregate_hash,
    -- What writes a snapshot says its hashes.
    ALTER COLUMN kind_hashes DROP DEFAULT;
`,
  },
  {
    file: '000016_create_chat_file_purge_index.down.sql',
    text: `-- driftpin: no transaction
DROP INDEX CONCURRENTLY chat_files_created_at_id_idx;
`,
  },
  {
    file: '000016_create_chat_file_purge_index.up.sql',
    text: `-- driftpin: no transaction
-- Serves the purge of files, which takes them by age.
CREATE INDEX CONCURRENTLY chat_files_created_at_id_idx ON chat_files (created_at, id);
`,
  },
  {
    file: '000017_create_debug_run_purge_index.down.sql',
    text: `-- driftpin: no transaction
DROP INDEX CONCURRENTLY chat_debug_runs_updated_at_chat_id_id_idx;
`,
  },
  {
    file: '000017_create_debug_run_purge_index.up.sql',
    text: `-- driftpin: no transaction
-- Serves the purge of debug runs, which takes them by age.
CREATE INDEX CONCURRENTLY chat_debug_runs_updated_at_chat_id_id_idx
    ON chat_debug_runs (updated_at, chat_id, id);
`,
  },
  {
    file: '000018_add_resources_digest.down.sql',
    text: `-- destroys: resources_digest, which the next push computes again
ALTER TABLE workspace_agent_context_snapshots DROP COLUMN resources_digest;
`,
  },
  {
    file: '000018_add_resources_digest.up.sql',
    text: `-- An unchanged push compares this instead of every body.
ALTER TABLE workspace_agent_context_snapshots ADD COLUMN resources_digest bytea;

COMMENT ON COLUMN workspace_agent_context_snapshots.resources_digest IS 'sha256 of everything in the resources of the last push, as the push computed it; NULL if it is not known. A push with the same digest leaves the resources as they are.';
`,
  },
]
