import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedTestDatabase, type Harness, openHarness } from '../../src/harness/index.js'
import { anyStatement } from './any-statement.js'
import { runs } from './runs.js'

let harness: Harness
let db: EmbeddedTestDatabase
beforeAll(async () => {
  harness = await openHarness({ migrations: false })
  db = await harness.createDatabase()
})
afterAll(async () => {
  // A rewind that cannot be done replaces the instance, which would be no rewind.
  expect(harness.statistics).toMatchObject({ replaced: {}, fallbacks: {} })
  await harness.close()
})

const history = (maxLength: number) => fc.array(anyStatement, { minLength: 1, maxLength })

let done = 0
let failed = 0

/** Runs what there is to run; a statement that fails is part of a history too. */
async function runAll(
  database: EmbeddedTestDatabase,
  statements: readonly string[],
): Promise<void> {
  for (const statement of statements) {
    await database.pglite.exec(statement).then(
      () => {
        done += 1
      },
      () => {
        failed += 1
      },
    )
  }
}

/** As {@link runAll}, and ends what is left open: in a transaction that failed nobody reads. */
async function runToEnd(
  database: EmbeddedTestDatabase,
  statements: readonly string[],
): Promise<void> {
  await runAll(database, statements)
  await database.pglite.exec('ROLLBACK')
}

describe('after any history', () => {
  test('a rewind leaves nothing of what came behind the mark', async () => {
    await fc.assert(
      fc
        .asyncProperty(history(10), history(15), history(15), async (before, one, other) => {
          await runToEnd(db, before)
          const mark = await db.mark()
          const digest = await db.digest()
          for (const statements of [one, other]) {
            await runAll(db, statements)
            await db.rewind(mark)
            expect(await db.digest()).toBe(digest)
          }
        })
        .beforeEach(() => db.rewind()),
      runs(6),
    )
    // Histories of which nearly nothing works, or nearly nothing fails, would prove little.
    expect(done).toBeGreaterThan((done + failed) / 4)
    expect(failed).toBeGreaterThan((done + failed) / 10)
  })

  test('a fork begins equal, and neither sees what the other does', async () => {
    await fc.assert(
      fc
        .asyncProperty(history(10), history(15), history(15), async (before, one, other) => {
          await runToEnd(db, before)
          const mark = await db.mark()
          const digest = await db.digest()
          await db.rewind(mark)
          await using fork = await db.fork(mark)
          expect(await fork.digest()).toBe(digest)
          await runToEnd(fork, one)
          const forked = await fork.digest()
          expect(await db.digest()).toBe(digest)
          await runToEnd(db, other)
          expect(await fork.digest()).toBe(forked)
          await db.rewind(mark)
          expect(await db.digest()).toBe(digest)
          expect(await fork.digest()).toBe(forked)
          await fork.rewind()
          expect(await fork.digest()).toBe(digest)
        })
        .beforeEach(() => db.rewind()),
      runs(2),
    )
  })
})
