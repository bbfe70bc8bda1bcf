-- A chat is hydrated exactly if it has hashes. Dropping a column only changes the catalog.
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
