-- destroys: run_id and run_started_at of every snapshot, and context_follows of every chat, which
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
