import { createHarness, type Harness } from '../harness.js'
import type { ParsedOptions } from '../parse-options.js'
import { createStatistics } from '../statistics.js'
import type { TestDatabase } from '../test-database.js'
import { ServerDatabases } from './server-databases.js'
import { prepareTemplate } from './server-template.js'
import { openServerTestDatabase, type ServerTestDatabase } from './server-test-database.js'

/** A harness whose databases are on a server, and what a test worker needs of it. */
export interface ServerHarness {
  readonly harness: Harness<TestDatabase>
  open(): Promise<ServerTestDatabase>
  /** Drops the database that an earlier failure of a test kept. */
  forget(test: string): Promise<void>
}

/** @throws DriftpinError What `openHarness` throws. */
export async function openServerHarness(
  options: ParsedOptions & { readonly server: string },
): Promise<ServerHarness> {
  const statistics = createStatistics()
  const databases = await ServerDatabases.open(options.server)
  let template: string
  try {
    template = await prepareTemplate({ databases, options, statistics })
  } catch (error) {
    await databases.close()
    throw error
  }
  const created = createHarness<ServerTestDatabase>({
    settings: {},
    statistics,
    open: async (open) => {
      const name = await databases.create(template)
      statistics.databases++
      const opened = await openServerTestDatabase(databases, name, () => forget())
      const forget = open.add(opened.db)
      return opened
    },
    close: async () => {
      try {
        if (databases.isOwn(template)) await databases.drop(template)
      } finally {
        // The next harness drops what is left.
        await databases.close()
      }
    },
  })
  return { ...created, forget: (test) => databases.forget(test) }
}
