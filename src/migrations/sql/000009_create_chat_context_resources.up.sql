-- The enum types are those of the live context, which this mirrors. Every chat starts unpinned:
-- a hash without pins, left by an earlier life of this table, would never hydrate again.

CREATE TABLE chat_context_resources (
    chat_id uuid NOT NULL,
    source text NOT NULL,
    body_kind workspace_agent_context_body_kind NOT NULL,
    body jsonb NOT NULL,
    content_hash bytea NOT NULL,
    size_bytes bigint NOT NULL,
    status workspace_agent_context_resource_status NOT NULL,
    error text NOT NULL DEFAULT '',
    source_path text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chat_context_resources_pkey PRIMARY KEY (chat_id, source),
    CONSTRAINT chat_context_resources_size_bytes_not_negative CHECK (size_bytes >= 0),
    CONSTRAINT chat_context_resources_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_context_resources IS 'The pins: a chat''s own copy of the context it was hydrated with. No key to any agent, build or workspace, on purpose: pins outlive them all and go with their chat alone.';
COMMENT ON COLUMN chat_context_resources.source IS 'The locator: the absolute path as found, links not resolved, or mcp:<server>.';
COMMENT ON COLUMN chat_context_resources.body IS 'The content, in a shape that depends on body_kind; {} unless status is ok.';
COMMENT ON COLUMN chat_context_resources.content_hash IS 'sha256 of the original bytes, of nothing where they could not be read.';
COMMENT ON COLUMN chat_context_resources.size_bytes IS 'The true size, whatever the status.';
COMMENT ON COLUMN chat_context_resources.error IS 'Why the status is not ok; empty if it is.';
COMMENT ON COLUMN chat_context_resources.source_path IS 'The file it was read from, where that is not the source itself; empty otherwise.';
COMMENT ON COLUMN chat_context_resources.created_at IS 'When this source was first pinned to the chat.';
COMMENT ON COLUMN chat_context_resources.updated_at IS 'When this pin was last replaced.';

UPDATE chats
SET context_aggregate_hash = NULL, context_dirty_since = NULL, context_error = ''
WHERE context_aggregate_hash IS NOT NULL
    OR context_dirty_since IS NOT NULL
    OR context_error <> '';
