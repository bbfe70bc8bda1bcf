-- destroys: resources_digest, which the next push computes again
ALTER TABLE workspace_agent_context_snapshots DROP COLUMN resources_digest;
