import { createHarness, type Harness } from '../harness.js'
import type { ParsedOptions } from '../parse-options.js'
import { createStatistics } from '../statistics.js'
import { ServerDatabases } from './server-databases.js'
import { prepareTemplate } from './server-template.js'
import { openServerTestDatabase, type ServerTestDatabase } from './server-test-database.js'

/** @throws DriftpinError What `openHarness` throws. */
export async function openServerHarness(
  options: ParsedOptions & { readonly server: string },
): Promise<Harness<ServerTestDatabase>> {
  const statistics = createStatistics()
  const databases = await ServerDatabases.open(options.server)
  let template: string
  try {
    template = await prepareTemplate({ databases, options, statistics })
  } catch (error) {
    await databases.close()
    throw error
  }
  return createHarness<ServerTestDatabase>({
    settings: {},
    statistics,
    open: async (open) => {
      const name = await databases.create(template)
      statistics.databases++
      const db = await openServerTestDatabase(databases, name, () => forget())
      const forget = open.add(db)
      return db
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
}
