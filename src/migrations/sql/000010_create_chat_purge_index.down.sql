-- driftpin: no transaction
DROP INDEX CONCURRENTLY chats_updated_at_id_archived_idx;
