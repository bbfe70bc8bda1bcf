CREATE TABLE loans (
    title text NOT NULL REFERENCES books,
    reader text NOT NULL,
    PRIMARY KEY (title, reader)
);
