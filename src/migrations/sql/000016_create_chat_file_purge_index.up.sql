-- driftpin: no transaction
-- Serves the purge of files, which takes them by age.
CREATE INDEX CONCURRENTLY chat_files_created_at_id_idx ON chat_files (created_at, id);
