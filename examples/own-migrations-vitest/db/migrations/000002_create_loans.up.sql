CREATE TABLE loans (
    book_id bigint NOT NULL,
    reader text NOT NULL,
    due_at timestamptz NOT NULL DEFAULT now() + interval '14 days',
    CONSTRAINT loans_pkey PRIMARY KEY (book_id, reader),
    CONSTRAINT loans_book_id_fkey FOREIGN KEY (book_id) REFERENCES books (id) ON DELETE CASCADE
);
