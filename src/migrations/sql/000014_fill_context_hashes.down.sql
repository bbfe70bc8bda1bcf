-- The hashes stay, and are computed again on the way up.
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
