import { quoteIdentifier } from '../../../src/database/names.js'
import type { Planted } from './mutant.js'

/** Runs SQL on each installation once it was migrated, with its schema first on the path. */
export function runInSchema(sql: string): Planted {
  return {
    async prepare(database) {
      await database.transaction(async (transaction) => {
        const schema = quoteIdentifier(database.schema)
        await transaction.script(`SET LOCAL search_path TO ${schema}, pg_catalog; ${sql}`)
      })
    },
  }
}
