import { afterAll, beforeAll } from 'vitest'
import { type EmbeddedTestDatabase, type Harness, openHarness } from '../../src/harness/index.js'

/** An empty database for the tests of a file, which share it; other ones for those that cannot. */
export function useDatabase(): {
  readonly db: EmbeddedTestDatabase
  createDatabase(): Promise<EmbeddedTestDatabase>
} {
  let harness: Harness
  let db: EmbeddedTestDatabase
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
