-- This migration owns both enum types: others use them, and only its down drops them.

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
