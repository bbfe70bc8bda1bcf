-- destroys: context_aggregate_hash, context_dirty_since and context_error of every chat, so that
-- none is hydrated any more
ALTER TABLE chats
    DROP CONSTRAINT chats_context_aggregate_hash_not_empty,
    DROP COLUMN context_error,
    DROP COLUMN context_dirty_since,
    DROP COLUMN context_aggregate_hash;
