-- An unchanged push compares this instead of every body.
ALTER TABLE workspace_agent_context_snapshots ADD COLUMN resources_digest bytea;

COMMENT ON COLUMN workspace_agent_context_snapshots.resources_digest IS 'sha256 of everything in the resources of the last push, as the push computed it; NULL if it is not known. A push with the same digest leaves the resources as they are.';
