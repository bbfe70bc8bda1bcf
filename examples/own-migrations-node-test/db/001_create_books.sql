CREATE TABLE books (title text PRIMARY KEY, copies integer NOT NULL CHECK (copies >= 0));
