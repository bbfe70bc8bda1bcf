import { type Database, type Queryable, quoteIdentifier } from '../database/index.js'
import { assertSchemaCurrent } from '../migrations/index.js'
import { UsageError } from './command-error.js'
import { type DatabaseOptions, withDevDatabase } from './open-database.js'

/** Whether driftpin's tables are in the schema of a database, of whatever version. */
export async function hasDomainTables(queryable: Queryable): Promise<boolean> {
  const name = `${quoteIdentifier(queryable.schema)}.chat_context_resources`
  const { rows } = await queryable.query<{ there: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS there',
    [name],
  )
  return rows[0]!.there
}

/** Opens the database of a command on chats and agents, which has to have exactly our tables. */
export async function withDomain<T>(
  options: DatabaseOptions,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  return await withDevDatabase(options, async ({ database }) => {
    if (!(await hasDomainTables(database))) {
      throw new UsageError(
        `The schema "${database.schema}" of this database has no tables of driftpin. Make them ` +
          'with driftpin migrate up, or name the schema that has them with --schema.',
      )
    }
    await assertSchemaCurrent(database)
    return await work(database)
  })
}
