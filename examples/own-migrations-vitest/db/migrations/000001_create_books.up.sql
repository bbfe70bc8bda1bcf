CREATE TABLE books (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT books_pkey PRIMARY KEY,
    title text NOT NULL,
    copies integer NOT NULL CONSTRAINT books_copies_not_negative CHECK (copies >= 0)
);
