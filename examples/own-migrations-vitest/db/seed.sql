INSERT INTO books (title, copies) VALUES ('The Pilot', 1), ('Kidnapped', 0);
