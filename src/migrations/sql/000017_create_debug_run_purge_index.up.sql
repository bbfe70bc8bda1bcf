-- driftpin: no transaction
-- Serves the purge of debug runs, which takes them by age.
CREATE INDEX CONCURRENTLY chat_debug_runs_updated_at_chat_id_id_idx
    ON chat_debug_runs (updated_at, chat_id, id);
