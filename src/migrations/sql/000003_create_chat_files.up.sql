CREATE TABLE chat_files (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    owner_id uuid NOT NULL,
    name text NOT NULL,
    mimetype text NOT NULL,
    data bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chat_files_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE chat_files IS 'Files that users gave to chats. One may be linked to several chats, so that a purge of a chat removes its links and no file.';
COMMENT ON COLUMN chat_files.owner_id IS 'The user of the host application who owns it; no foreign key, since users are the host''s.';

CREATE TABLE chat_file_links (
    chat_id uuid NOT NULL,
    file_id uuid NOT NULL,
    CONSTRAINT chat_file_links_pkey PRIMARY KEY (chat_id, file_id),
    CONSTRAINT chat_file_links_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE,
    CONSTRAINT chat_file_links_file_id_fkey
        FOREIGN KEY (file_id) REFERENCES chat_files (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_file_links IS 'Which files a chat uses.';

CREATE INDEX chat_file_links_file_id_idx ON chat_file_links (file_id);
COMMENT ON INDEX chat_file_links_file_id_idx IS 'Serves the cascade from chat_files and the chats of a file.';
