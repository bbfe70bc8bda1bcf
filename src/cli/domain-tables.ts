import { type Database, type Queryable, quoteIdentifier } from '../database/index.js'
import { assertSchemaCurrent } from '../migrations/index.js'
import { UsageError } from './command-error.js'
import {
  type DatabaseOptions,
  onDevDatabase,
  rememberedBy,
  withDevDatabase,
} from './open-database.js'
import { describeSource, type MigrationSource } from './remembered-migrations.js'

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
  const remembered = await rememberedBy(onDevDatabase(options))
  return await withDevDatabase(options, async ({ database }) => {
    if (!(await hasDomainTables(database))) throw noTables(database, remembered)
    // Another project's ledger says nothing about driftpin's own migrations.
    const ledger = remembered?.folder === null ? remembered.ledger : undefined
    await assertSchemaCurrent(database, { ...(ledger !== undefined && { ledger }) })
    return await work(database)
  })
}

function noTables({ schema }: Database, remembered: MigrationSource | undefined): UsageError {
  if (remembered !== undefined && remembered.folder !== null) {
    return new UsageError(
      `This database was made with ${describeSource(remembered)}. It has none of driftpin's ` +
        'tables, so there are no chats or agents in it.',
    )
  }
  return new UsageError(
    `The schema "${schema}" of this database has no tables of driftpin. Make them ` +
      'with driftpin migrate up, or name the schema that has them with --schema.',
  )
}
