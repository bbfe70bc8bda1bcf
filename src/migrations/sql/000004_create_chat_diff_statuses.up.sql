CREATE TABLE chat_diff_statuses (
    chat_id uuid NOT NULL,
    url text,
    changes_requested boolean NOT NULL DEFAULT false,
    additions integer NOT NULL DEFAULT 0,
    deletions integer NOT NULL DEFAULT 0,
    changed_files integer NOT NULL DEFAULT 0,
    refreshed_at timestamptz,
    stale_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chat_diff_statuses_pkey PRIMARY KEY (chat_id),
    CONSTRAINT chat_diff_statuses_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_diff_statuses IS 'The size and the review of the code change that a chat works on, as last fetched from its host.';
COMMENT ON COLUMN chat_diff_statuses.url IS 'The pull request; NULL while there is none.';
COMMENT ON COLUMN chat_diff_statuses.additions IS 'Lines added.';
COMMENT ON COLUMN chat_diff_statuses.deletions IS 'Lines removed.';
COMMENT ON COLUMN chat_diff_statuses.refreshed_at IS 'When it was last fetched; NULL before the first time.';
COMMENT ON COLUMN chat_diff_statuses.stale_at IS 'When it should be fetched again.';
