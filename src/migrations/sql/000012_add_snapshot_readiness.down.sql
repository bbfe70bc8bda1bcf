-- destroys: which snapshots are not ready; all of them count as ready again
ALTER TABLE workspace_agent_context_snapshots DROP COLUMN ready;
