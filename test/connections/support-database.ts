import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { type EmbeddedTestDatabase, type Harness, openHarness } from '../../src/harness/index.js'

/** One for all files of a process: it rewinds an instance that a test has closed for the next. */
let harness: Promise<Harness> | undefined

/** An empty database for the tests of a file, which share it; other ones for those that cannot. */
export function useDatabase(): {
  readonly db: EmbeddedTestDatabase
  /** Closed when the test is over, after what the test opened on it. */
  createDatabase(): Promise<EmbeddedTestDatabase>
} {
  let db: EmbeddedTestDatabase
  beforeAll(async () => {
    harness ??= openHarness({ migrations: false })
    db = await (await harness).createDatabase()
  })
  afterAll(() => db?.close())
  return {
    get db() {
      return db
    },
    async createDatabase() {
      const one = await (await harness!).createDatabase()
      onTestFinished(() => one.close())
      return one
    },
  }
}
