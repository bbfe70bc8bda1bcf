import { Command } from 'commander'
import { sqlState } from '../database/index.js'
import { applyGrants, type GrantsOptions, grantsScript } from '../migrations/index.js'
import { UsageError } from './command-error.js'
import { type DatabaseOptions, databaseOptions, withDatabase } from './open-database.js'
import { printable } from './printable.js'

interface Options extends DatabaseOptions {
  readonly migrateRole?: string
  readonly appRole?: string
  readonly retentionRole?: string
  readonly createRoles?: boolean
  /** False where there is none. */
  readonly ledger?: string | false
  readonly apply?: boolean
}

/** `driftpin grants`. */
export function grantsCommand(): Command {
  const command = new Command('grants')
    .description('print the SQL that gives each role what it needs, and no more')
    .option('--migrate-role <name>', 'runs migrations, and owns what they make')
    .option('--app-role <name>', 'the backend: every operation, and no change of a table')
    .option('--retention-role <name>', 'the job that purges: deletes chats, and reads no content')
    .option('--create-roles', 'make the roles that there are not, as NOLOGIN')
    .option('--ledger <table>', 'the name of the ledger table; driftpin_migrations by default')
    .option('--no-ledger', 'there is none: another tool migrates')
    .option('--apply', 'run it on the database instead, in one transaction')
  return databaseOptions(command)
    .action(grant)
    .addHelpText(
      'after',
      [
        '',
        'Agents need no role: they push through the backend. A new table has no rights yet, so',
        'run it again after each migration.',
        '',
        'Examples:',
        '  driftpin grants --schema chat --migrate-role chat_owner --create-roles | psql',
        '  driftpin grants --schema chat --app-role chat_app --retention-role chat_retention',
        '  driftpin grants --app-role chat_app --apply --database postgres://owner@localhost/app',
      ].join('\n'),
    )
}

async function grant({ ledger, apply, ...options }: Options): Promise<void> {
  const { migrateRole, appRole, retentionRole, createRoles } = options
  const grants: GrantsOptions = {
    ...{ migrateRole, appRole, retentionRole, createRoles },
    ...(ledger !== undefined && { ledger: ledger === false ? null : ledger }),
  }
  if (!apply) {
    console.log(`BEGIN;\n\n${grantsScript(options.schema, grants)}\nCOMMIT;`)
    return
  }
  await withDatabase(options, 'refuse', async (database) => {
    await applyGrants(database, grants).catch((error) => {
      throw sqlState(error) === '42704' ? noSuchRole(error) : error
    })
  })
  console.log(`The rights of the roles in the schema ${options.schema} are as they should be.`)
}

function noSuchRole(cause: Error): UsageError {
  return new UsageError(
    `${printable(cause.message)} (SQLSTATE 42704). Nothing was changed. Make the role first, or ` +
      'let --create-roles make it.',
    { cause },
  )
}
