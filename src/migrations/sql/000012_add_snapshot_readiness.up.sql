-- What is stored already counts as ready, as it did before.
ALTER TABLE workspace_agent_context_snapshots
    ADD COLUMN ready boolean NOT NULL DEFAULT true;

COMMENT ON COLUMN workspace_agent_context_snapshots.ready IS 'False while the agent is still starting: chats are neither hydrated from it, nor refreshed to it, nor settled against it.';
