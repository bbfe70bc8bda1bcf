import type { OptionValues } from '@commander-js/extra-typings'
import type { Command } from 'commander'
import { type Database, type Queryable, quoteIdentifier } from '../database/index.js'
import { assertSchemaCurrent } from '../migrations/index.js'
import { UsageError } from './command-error.js'
import { type CommandResult, type Definition, defineCommand } from './define-command.js'
import { describeSource, type MigrationSource, rememberedBy } from './migrations.js'
import {
  type DatabaseOptions,
  devDatabaseOptions,
  onDevDatabase,
  withDevDatabase,
} from './open-database.js'

/** Whether a schema has driftpin's tables, of any version. */
export async function hasDomainTables(queryable: Queryable): Promise<boolean> {
  const name = `${quoteIdentifier(queryable.schema)}.chat_context_resources`
  const { rows } = await queryable.query<{ there: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS there',
    [name],
  )
  return rows[0]!.there
}

/** Opens the database for a command on chats or agents. Its schema must be of this version. */
export async function withDomain<T>(
  options: DatabaseOptions,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const remembered = await rememberedBy(onDevDatabase(options))
  return await withDevDatabase(options, async ({ database }) => {
    if (!(await hasDomainTables(database))) throw noTables(database, remembered)
    // The ledger of another project's migrations says nothing about driftpin's own.
    const ledger = remembered?.folder === null ? remembered.ledger : undefined
    await assertSchemaCurrent(database, { ledger })
    return await work(database)
  })
}

function noTables({ schema }: Database, remembered: MigrationSource | undefined): UsageError {
  if (remembered !== undefined && remembered.folder !== null) {
    return new UsageError(
      `This database was made with ${describeSource(remembered)}. It has none of driftpin's ` +
        'tables, so it contains no chats and no agents.',
    )
  }
  return new UsageError(
    `The schema "${schema}" of this database has none of driftpin's tables. Create them with ` +
      'driftpin migrate up, or name the schema that has them with --schema.',
  )
}

interface DomainDefinition<A extends unknown[], O extends OptionValues> extends Definition<A, O> {
  readonly run: (database: Database, ...args: [...A, O & DatabaseOptions]) => Promise<CommandResult>
}

/** A command on chats or agents, by default those of the dev database. */
export function defineDomainCommand<A extends unknown[], O extends OptionValues>({
  options,
  run,
  ...definition
}: DomainDefinition<A, O>): () => Command {
  return defineCommand({
    ...definition,
    options: (command) => devDatabaseOptions(options(command)),
    run: (...args) =>
      withDomain(args.at(-1) as DatabaseOptions, (database) =>
        run(database, ...(args as [...A, O & DatabaseOptions])),
      ),
  })
}
