-- destroys: books, the catalogue
DROP TABLE books;
