-- Adds columns only: the next migration fills them, and the one after it removes what they replace.

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
