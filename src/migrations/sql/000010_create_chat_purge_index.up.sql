-- driftpin: no transaction
-- Serves the purge, which takes archived chats by age. CONCURRENTLY, since chats is written to
-- all day.
CREATE INDEX CONCURRENTLY chats_updated_at_id_archived_idx ON chats (updated_at, id) WHERE archived;
