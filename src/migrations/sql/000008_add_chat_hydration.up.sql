ALTER TABLE chats
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
