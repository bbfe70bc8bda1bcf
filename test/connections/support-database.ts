import { afterAll, beforeAll } from 'vitest'
import { type Harness, openHarness, type TestDatabase } from '../../src/harness/index.js'

/** An empty database for the tests of a file, which share it; other ones for those that cannot. */
export function useDatabase(): {
  readonly db: TestDatabase
  createDatabase(): Promise<TestDatabase>
} {
  let harness: Harness
  let db: TestDatabase
  beforeAll(async () => {
    harness = await openHarness({ migrations: false })
    db = await harness.createDatabase()
  })
  afterAll(() => harness.close())
  return {
    get db() {
      return db
    },
    createDatabase: () => harness.createDatabase(),
  }
}
