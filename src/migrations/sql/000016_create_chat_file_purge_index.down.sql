-- driftpin: no transaction
DROP INDEX CONCURRENTLY chat_files_created_at_id_idx;
