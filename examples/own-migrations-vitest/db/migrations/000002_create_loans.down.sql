-- destroys: loans, who has which book
DROP TABLE loans;
