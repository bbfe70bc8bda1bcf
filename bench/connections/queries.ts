/** What the queries of the bench write to. */
export const schema = `CREATE TABLE kept (round int, index int, text text, PRIMARY KEY (round, index))`

/** A query, and what has to come of it. */
export interface Query {
  readonly text: string
  readonly values: readonly unknown[]
  /** How many rows of an answer are not what they must be; those that are missing count too. */
  wrongRows(rows: readonly unknown[] | undefined): number
}

const lines = 20

/** Three kinds of queries in turn, each with an answer that no other has. */
export function createQueries(count: number, round: number): Query[] {
  return Array.from({ length: count }, (_, index): Query => {
    const text = `text ${round} ${index} `.padEnd(10 + (index % 190), 'x')
    switch (index % 3) {
      case 0:
        return query(
          'SELECT $1::int + 1 AS next, $2::text AS text',
          [index, text],
          [{ next: index + 1, text }],
        )
      case 1:
        return query(
          `SELECT n, $1::int * n AS product FROM generate_series(1, ${lines}) AS n`,
          [index],
          Array.from({ length: lines }, (_, at) => ({ n: at + 1, product: index * (at + 1) })),
        )
      default:
        return query(
          `INSERT INTO kept VALUES ($1, $2, $3)
           ON CONFLICT (round, index) DO UPDATE SET text = excluded.text RETURNING *`,
          [round, index, text],
          [{ round, index, text }],
        )
    }
  })
}

function query(text: string, values: readonly unknown[], expected: readonly unknown[]): Query {
  const right = expected.map((row) => JSON.stringify(row))
  return {
    text,
    values,
    wrongRows: (rows = []) => {
      const wrong = right.filter((row, at) => JSON.stringify(rows[at]) !== row).length
      return wrong + Math.max(0, rows.length - right.length)
    },
  }
}
