CREATE TABLE chat_debug_runs (
    chat_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    kind text NOT NULL,
    status text NOT NULL,
    summary jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT chat_debug_runs_pkey PRIMARY KEY (chat_id, id),
    CONSTRAINT chat_debug_runs_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_debug_runs IS 'A recorded turn of a chat, for whoever has to find out what happened in it.';
COMMENT ON COLUMN chat_debug_runs.finished_at IS 'NULL while it runs.';

CREATE INDEX chat_debug_runs_chat_id_started_at_idx ON chat_debug_runs (chat_id, started_at DESC);
COMMENT ON INDEX chat_debug_runs_chat_id_started_at_idx IS 'Serves the runs of a chat, newest first.';

CREATE TABLE chat_debug_steps (
    chat_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    run_id uuid NOT NULL,
    step_number integer NOT NULL,
    operation text NOT NULL,
    status text NOT NULL,
    normalized_request jsonb NOT NULL,
    normalized_response jsonb,
    attempts jsonb NOT NULL DEFAULT '[]',
    metadata jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT chat_debug_steps_pkey PRIMARY KEY (chat_id, id),
    -- Its index also serves the cascade from chat_debug_runs.
    CONSTRAINT chat_debug_steps_chat_id_run_id_step_number_key
        UNIQUE (chat_id, run_id, step_number),
    CONSTRAINT chat_debug_steps_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE,
    CONSTRAINT chat_debug_steps_chat_id_run_id_fkey
        FOREIGN KEY (chat_id, run_id) REFERENCES chat_debug_runs (chat_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_debug_steps IS 'One call of a model or a tool in a debug run.';
COMMENT ON COLUMN chat_debug_steps.step_number IS 'Counts the steps of one run.';
COMMENT ON COLUMN chat_debug_steps.normalized_response IS 'NULL until it answered.';
COMMENT ON COLUMN chat_debug_steps.attempts IS 'A JSON array with an entry for each try.';
COMMENT ON COLUMN chat_debug_steps.finished_at IS 'NULL while it runs.';
