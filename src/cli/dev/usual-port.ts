/** Beside PostgreSQL's own, which may well be taken. */
export const usualPort = 5433
