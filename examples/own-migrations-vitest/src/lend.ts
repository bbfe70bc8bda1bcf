import type pg from 'pg'

/** Lends a copy of a book. Returns when it is due, or undefined if no copy is available. */
export async function lend(pool: pg.Pool, title: string, reader: string) {
  const { rows } = await pool.query<{ due_at: Date }>(
    `WITH taken AS (
       UPDATE books SET copies = copies - 1 WHERE title = $1 AND copies > 0 RETURNING id
     )
     INSERT INTO loans (book_id, reader) SELECT id, $2 FROM taken RETURNING due_at`,
    [title, reader],
  )
  return rows[0]?.due_at
}
