-- driftpin: no transaction
-- Computes the hashes from the rows, in batches that are committed one by one: with a million chats
-- this takes minutes, and one transaction would keep all chats locked until its end. It can be
-- repeated. Stop the processes of the previous version first, since they do not know the columns:
-- what they pin while this runs, or later, keeps an older hash.
--
-- A resource contributes its source, its content hash and its status as netstrings.
DO LANGUAGE plpgsql $$
DECLARE
    batch_size CONSTANT integer := 5000;
    from_id uuid;
    to_id uuid;
BEGIN
    from_id := '00000000-0000-0000-0000-000000000000';
    LOOP
        SELECT workspace_agent_id INTO to_id FROM workspace_agent_context_snapshots
        WHERE workspace_agent_id >= from_id
        ORDER BY workspace_agent_id OFFSET batch_size LIMIT 1;
        UPDATE workspace_agent_context_snapshots snapshots
        SET kind_hashes = (
            SELECT coalesce(jsonb_object_agg(kinds.body_kind, kinds.hash), '{}')
            FROM (
                SELECT body_kind, encode(sha256(string_agg(
                    convert_to(concat(octet_length(source), ':', source, ',',
                        octet_length(content_hash), ':'), 'UTF8')
                    || content_hash
                    || convert_to(concat(',', octet_length(status::text), ':', status, ','), 'UTF8'),
                    ''::bytea ORDER BY source COLLATE "C")), 'hex') AS hash
                FROM workspace_agent_context_resources resources
                WHERE resources.workspace_agent_id = snapshots.workspace_agent_id
                GROUP BY body_kind
            ) kinds)
        WHERE workspace_agent_id >= from_id AND (to_id IS NULL OR workspace_agent_id < to_id);
        COMMIT;
        EXIT WHEN to_id IS NULL;
        from_id := to_id;
    END LOOP;

    from_id := '00000000-0000-0000-0000-000000000000';
    LOOP
        SELECT id INTO to_id FROM chats WHERE id >= from_id ORDER BY id OFFSET batch_size LIMIT 1;
        UPDATE chats
        SET context_hashes = (
            SELECT coalesce(jsonb_object_agg(kinds.body_kind, kinds.hash), '{}')
            FROM (
                SELECT body_kind, encode(sha256(string_agg(
                    convert_to(concat(octet_length(source), ':', source, ',',
                        octet_length(content_hash), ':'), 'UTF8')
                    || content_hash
                    || convert_to(concat(',', octet_length(status::text), ':', status, ','), 'UTF8'),
                    ''::bytea ORDER BY source COLLATE "C")), 'hex') AS hash
                FROM chat_context_resources pins
                WHERE pins.chat_id = chats.id
                GROUP BY body_kind
            ) kinds)
        WHERE id >= from_id AND (to_id IS NULL OR id < to_id)
            AND context_aggregate_hash IS NOT NULL;
        COMMIT;
        EXIT WHEN to_id IS NULL;
        from_id := to_id;
    END LOOP;

    -- Each reads its table once, and blocks neither reading nor writing.
    ALTER TABLE workspace_agent_context_snapshots
        VALIDATE CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object,
        VALIDATE CONSTRAINT workspace_agent_context_snapshots_run_whole;
    ALTER TABLE chats VALIDATE CONSTRAINT chats_context_hashes_object;
END
$$;
