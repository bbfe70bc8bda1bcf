import pg from 'pg'
import { expect } from 'vitest'
import type { DevProcess } from './dev-process.js'

const pushes = 3
const rowsMin = 50

/**
 * Writes by several clients at once, each in transactions of its own, while a watched directory is
 * changed and pushed, and holds what is there in the end against what each was told.
 */
export async function writeWhilePushing(
  dev: DevProcess,
  url: string,
  { push, writers }: { push: (n: number) => Promise<void>; writers: number },
): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: writers + 1 })
  await pool.query('CREATE TABLE counted (writer int, n int)')
  let isOver = false
  const write = async (writer: number) => {
    const client = await pool.connect()
    let n = 0
    while (!isOver || n < rowsMin) {
      await client.query('BEGIN')
      await client.query('INSERT INTO counted VALUES ($1, $2)', [writer, n])
      const { rows } = await client.query(
        'SELECT count(*)::int AS n FROM counted WHERE writer = $1',
        [writer],
      )
      n += 1
      expect(rows).toEqual([{ n }])
      await client.query('COMMIT')
    }
    client.release()
    return n
  }
  const writing = Array.from({ length: writers }, (_, writer) => write(writer))
  const pushed = () => dev.stdout.match(/"event":"pushed".*/g) ?? []
  await expect.poll(() => pushed().length, { timeout: 60_000 }).toBe(1)
  for (let n = 1; n <= pushes; n++) {
    await push(n)
    await expect.poll(() => pushed().length, { timeout: 60_000 }).toBe(n + 1)
  }
  isOver = true
  const counts = await Promise.all(writing)
  const { rows } = await pool.query(
    'SELECT writer, count(*)::int AS n FROM counted GROUP BY 1 ORDER BY 1',
  )
  expect(rows).toEqual(counts.map((n, writer) => ({ writer, n })))
  // The first hydrates the chat of the directory, and what comes later makes it dirty.
  expect(pushed().map((line) => /"dirtied":\[\{/.test(line))).toEqual([false, true, false, false])
  const { rows: chats } = await pool.query(
    `SELECT context_dirty_since IS NOT NULL AS dirty FROM chats WHERE title = 'On shop'`,
  )
  expect(chats).toEqual([{ dirty: true }])
  await pool.end()
}
