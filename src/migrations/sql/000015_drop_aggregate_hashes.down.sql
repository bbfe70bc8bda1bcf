-- destroys: aggregate hashes that agents sent with their pushes; each is computed from the rows, as
-- for a push without one
--
-- The columns behind the restored ones are made again, so that the order of columns is as before.
-- destroys: old_dirty_since, old_error, old_hashes, old_follows, old_received_at, old_ready,
-- old_kind_hashes, old_run_id and old_run_started_at, whose values are copied before

ALTER TABLE chats
    DROP CONSTRAINT chats_context_hashes_object;
ALTER TABLE chats RENAME COLUMN context_dirty_since TO old_dirty_since;
ALTER TABLE chats RENAME COLUMN context_error TO old_error;
ALTER TABLE chats RENAME COLUMN context_hashes TO old_hashes;
ALTER TABLE chats RENAME COLUMN context_follows TO old_follows;
ALTER TABLE chats
    ADD COLUMN context_aggregate_hash bytea,
    ADD COLUMN context_dirty_since timestamptz,
    ADD COLUMN context_error text NOT NULL DEFAULT '',
    ADD COLUMN context_hashes jsonb,
    ADD COLUMN context_follows workspace_agent_context_body_kind[] NOT NULL
        DEFAULT '{mcp_config,mcp_server}';

UPDATE chats
SET context_aggregate_hash = CASE WHEN old_hashes IS NOT NULL THEN (
        SELECT sha256(coalesce(string_agg(
            convert_to(concat(octet_length(body_kind::text), ':', body_kind, ',',
                octet_length(source), ':', source, ',', octet_length(content_hash), ':'), 'UTF8')
            || content_hash
            || convert_to(concat(',', octet_length(status::text), ':', status, ','), 'UTF8'),
            ''::bytea ORDER BY body_kind::text COLLATE "C", source COLLATE "C"), ''::bytea))
        FROM chat_context_resources pins
        WHERE pins.chat_id = chats.id) END,
    context_dirty_since = old_dirty_since,
    context_error = old_error,
    context_hashes = old_hashes,
    context_follows = old_follows;

-- driftpin-lint: allow constraint-blocks-table because the rows were just written in this
-- transaction, which has locked the table anyway.
ALTER TABLE chats
    DROP COLUMN old_dirty_since,
    DROP COLUMN old_error,
    DROP COLUMN old_hashes,
    DROP COLUMN old_follows,
    ADD CONSTRAINT chats_context_aggregate_hash_not_empty
        CHECK (octet_length(context_aggregate_hash) > 0),
    ADD CONSTRAINT chats_context_hashes_object CHECK (jsonb_typeof(context_hashes) = 'object');

COMMENT ON COLUMN chats.context_aggregate_hash IS 'The aggregate hash that its pins were taken at; NULL while it is not hydrated.';
COMMENT ON COLUMN chats.context_dirty_since IS 'When the live context first differed from the pins; NULL while they agree. Read it through the operations: the mark of an archived or unbound chat does not count.';
COMMENT ON COLUMN chats.context_error IS 'The snapshot error at the time of pinning; empty if there was none.';
COMMENT ON COLUMN chats.context_hashes IS 'The hash of its pins of each kind, as kind_hashes of a snapshot; {} for a hydrated chat without pins, NULL while it is not hydrated.';
COMMENT ON COLUMN chats.context_follows IS 'The kinds that it follows: its rows of these kinds are kept equal to the live context, and never make it dirty. The other kinds are pinned.';

ALTER TABLE workspace_agent_context_snapshots
    DROP CONSTRAINT workspace_agent_context_snapshots_run_whole,
    DROP CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN snapshot_error TO old_error;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN received_at TO old_received_at;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN ready TO old_ready;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN kind_hashes TO old_kind_hashes;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN run_id TO old_run_id;
ALTER TABLE workspace_agent_context_snapshots RENAME COLUMN run_started_at TO old_run_started_at;
ALTER TABLE workspace_agent_context_snapshots
    ADD COLUMN aggregate_hash bytea,
    ADD COLUMN snapshot_error text NOT NULL DEFAULT '',
    ADD COLUMN received_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN ready boolean NOT NULL DEFAULT true,
    ADD COLUMN kind_hashes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN run_id uuid,
    ADD COLUMN run_started_at timestamptz;

UPDATE workspace_agent_context_snapshots snapshots
SET aggregate_hash = (
        SELECT sha256(coalesce(string_agg(
            convert_to(concat(octet_length(body_kind::text), ':', body_kind, ',',
                octet_length(source), ':', source, ',', octet_length(content_hash), ':'), 'UTF8')
            || content_hash
            || convert_to(concat(',', octet_length(status::text), ':', status, ','), 'UTF8'),
            ''::bytea ORDER BY body_kind::text COLLATE "C", source COLLATE "C"), ''::bytea))
        FROM workspace_agent_context_resources resources
        WHERE resources.workspace_agent_id = snapshots.workspace_agent_id),
    snapshot_error = old_error,
    received_at = old_received_at,
    ready = old_ready,
    kind_hashes = old_kind_hashes,
    run_id = old_run_id,
    run_started_at = old_run_started_at;

-- driftpin-lint: allow constraint-blocks-table because the rows were just written in this
-- transaction, which has locked the table anyway.
ALTER TABLE workspace_agent_context_snapshots
    ALTER COLUMN aggregate_hash SET NOT NULL,
    DROP COLUMN old_error,
    DROP COLUMN old_received_at,
    DROP COLUMN old_ready,
    DROP COLUMN old_kind_hashes,
    DROP COLUMN old_run_id,
    DROP COLUMN old_run_started_at,
    ADD CONSTRAINT workspace_agent_context_snapshots_aggregate_hash_not_empty
        CHECK (octet_length(aggregate_hash) > 0),
    ADD CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object
        CHECK (jsonb_typeof(kind_hashes) = 'object'),
    ADD CONSTRAINT workspace_agent_context_snapshots_run_whole
        CHECK ((run_id IS NULL) = (run_started_at IS NULL));

COMMENT ON COLUMN workspace_agent_context_snapshots.aggregate_hash IS 'The hash of all resources together. Drift is this differing from the hash a chat was pinned at.';
COMMENT ON COLUMN workspace_agent_context_snapshots.snapshot_error IS 'What went wrong with the push as a whole; empty if nothing did.';
COMMENT ON COLUMN workspace_agent_context_snapshots.ready IS 'False while the agent is still starting: chats are neither hydrated from it, nor refreshed to it, nor settled against it.';
COMMENT ON COLUMN workspace_agent_context_snapshots.kind_hashes IS 'The hash of the live resources of each kind: an object of kind to sha256 in hexadecimal, without the kinds that have no resources. Drift is this differing from the hashes of a chat, in a kind that the chat pins.';
COMMENT ON COLUMN workspace_agent_context_snapshots.run_id IS 'The start of the agent''s process that sent it; NULL if the agent does not say.';
COMMENT ON COLUMN workspace_agent_context_snapshots.run_started_at IS 'When that process started. A push of a process that started earlier is refused.';
