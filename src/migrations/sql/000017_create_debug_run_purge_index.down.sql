-- driftpin: no transaction
DROP INDEX CONCURRENTLY chat_debug_runs_updated_at_chat_id_id_idx;
