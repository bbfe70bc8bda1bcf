CREATE UNLOGGED TABLE chat_heartbeats (
    chat_id uuid NOT NULL,
    runner_id uuid NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    CONSTRAINT chat_heartbeats_pkey PRIMARY KEY (chat_id, runner_id),
    CONSTRAINT chat_heartbeats_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_heartbeats IS 'Which processes of the host run which chat now. UNLOGGED: it is written often, and after a crash nobody runs anything.';
COMMENT ON COLUMN chat_heartbeats.runner_id IS 'The process of the host application that runs the chat.';
