import { sqlState } from '../database/index.js'
import { applyGrants, grantsScript, ledgerName } from '../migrations/index.js'
import { UsageError } from './command-error.js'
import { defineCommand } from './define-command.js'
import { rememberedBy } from './migrations.js'
import { databaseOptions, withDatabase } from './open-database.js'
import { printable, say } from './terminal.js'

/** `driftpin grants`. */
export const grantsCommand = defineCommand({
  name: 'grants',
  description: 'print the SQL that gives each role exactly the rights it needs',
  options: (command) =>
    databaseOptions(
      command
        .option('--migrate-role <name>', 'the role that runs migrations and owns what they create')
        .option(
          '--app-role <name>',
          'the role of the backend: all operations, no changes of tables',
        )
        .option('--retention-role <name>', 'the role that purges: deletes chats, reads no content')
        .option('--create-roles', 'create missing roles, as NOLOGIN')
        .option('--ledger <table>', `the name of the ledger table (default: ${ledgerName})`)
        .option('--no-ledger', 'there is none, because another tool migrates')
        .option('--apply', 'run the SQL on the database instead, in one transaction'),
    ),
  notes: [
    'Agents need no role, because they push through the backend. Run this again',
    'after each migration, because a new table has no rights yet.',
  ],
  examples: [
    'driftpin grants --schema chat --migrate-role owner --create-roles | psql',
    'driftpin grants --schema chat --app-role app --retention-role retention',
    'driftpin grants --app-role app --apply --database postgres://owner@db/app',
  ],
  run: async ({ ledger, apply, ...options }) => {
    const { migrateRole, appRole, retentionRole, createRoles, schema } = options
    const remembered = await rememberedBy(options)
    const grants = {
      ...{ migrateRole, appRole, retentionRole, createRoles },
      ledger: ledger === false ? null : (ledger ?? remembered?.ledger),
    }
    if (!apply) {
      console.log(`BEGIN;\n\n${grantsScript(schema, grants)}\nCOMMIT;`)
      return
    }
    await withDatabase(options, 'refuse', async ({ database }) => {
      await applyGrants(database, grants).catch((error) => {
        throw sqlState(error) === '42704' ? noSuchRole(error) : error
      })
    })
    say(`The roles have the rights that they need in the schema ${schema}, and no others.`)
  },
})

function noSuchRole(cause: Error): UsageError {
  return new UsageError(
    `${printable(cause.message)} (SQLSTATE 42704). Nothing was changed. Create the role first, ` +
      'or use --create-roles.',
    { cause },
  )
}
