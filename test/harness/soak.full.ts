import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { openHarness } from '../../src/harness/index.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Memory after everything that nobody holds is gone. */
async function settledBytes(): Promise<{ heap: number; resident: number }> {
  for (let round = 0; round < 3; round++) {
    collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { heap: process.memoryUsage().heapUsed, resident: process.memoryUsage().rss }
}

test('ten thousand rewinds leave the memory where it was after the first thousand', async () => {
  await using harness = await openHarness()
  await using db = await harness.createDatabase()
  const before = await db.digest()
  const rewind = async (times: number) => {
    for (let round = 0; round < times; round++) {
      await db.script(`INSERT INTO workspaces (owner_id, name) SELECT gen_random_uuid(), 'a'
        FROM generate_series(1, 20); CREATE TABLE made (n int); SET work_mem = '2MB'`)
      await db.rewind()
    }
  }
  await rewind(1000)
  const settled = await settledBytes()
  await rewind(9000)
  const after = await settledBytes()
  expect(after.heap / settled.heap).toBeLessThan(1.05)
  expect(after.resident / settled.resident).toBeLessThan(1.05)
  expect(await db.digest()).toBe(before)
  expect(harness.statistics.replaced).toEqual({})
})

test('three hundred forks that were closed are gone', async () => {
  await using harness = await openHarness()
  await using db = await harness.createDatabase()
  const fork = async (times: number) => {
    for (let round = 0; round < times; round++) {
      await using other = await db.fork()
      await other.query('SELECT count(*) FROM chats')
    }
  }
  await fork(50)
  const settled = await settledBytes()
  await fork(250)
  const after = await settledBytes()
  expect(after.heap / settled.heap).toBeLessThan(1.2)
  expect(after.resident / settled.resident).toBeLessThan(1.3)
})
