import { expect, test } from 'vitest'
import { type EmbeddedTestDatabase, openHarness } from '../../src/harness/index.js'

/** Whether a database has the table that only the mark of the first fork has. */
async function hasTable(db: EmbeddedTestDatabase): Promise<boolean> {
  const { rows } = await db.query("SELECT to_regclass('marked') IS NOT NULL AS found")
  return (rows[0] as { found: boolean }).found
}

test('a fork begins at its mark also for its own forks, and after it was replaced', async () => {
  await using harness = await openHarness({ migrations: false })
  await using db = await harness.createDatabase()
  await db.script('CREATE TABLE marked (n int)')
  await using fork = await db.fork(await db.mark())
  await using second = await fork.fork()
  expect([await hasTable(fork), await hasTable(second)]).toEqual([true, true])
  await second.script('DROP TABLE marked')
  await second.rewind()
  expect(await hasTable(second)).toBe(true)
  await fork.pglite.close()
  await fork.rewind()
  expect(await hasTable(fork)).toBe(true)
  expect(harness.statistics.replaced).toEqual({ 'the test closed the instance': 1 })
})
