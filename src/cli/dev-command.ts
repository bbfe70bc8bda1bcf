import { Command, Option } from 'commander'
import { usualDataFolder } from './data-folder.js'
import { type DevOptions, usualPort } from './dev/dev-run.js'
import { migrationOptions } from './migrations.js'
import { helpText, portNumber } from './options.js'

/** `driftpin dev`: serves a PostgreSQL for development. */
export function devCommand(): Command {
  const memory = new Option('--memory', 'keep the data in memory only')
  const fresh = new Option('--fresh', 'delete the database and create a new one')
  // A push needs driftpin's tables.
  const watch = new Option('--watch <dir>', 'scan a directory and push it after every change')
  const command = new Command('dev')
    .description('serve a PostgreSQL for development, with migrations applied and example data')
    .option('--data <dir>', `the folder for the data (default: ${usualDataFolder})`)
    .addOption(memory.conflicts(['data', 'fresh']))
    .option(
      '--port <port>',
      `the port (default: ${usualPort}, or a free one if it is in use)`,
      portNumber,
    )
  return migrationOptions(command)
    .option('--seed <file>', 'an SQL file to run in a new database, or none')
    .addOption(watch.conflicts('migrations'))
    .addOption(fresh)
    .option('--json', 'print one line of JSON when it is ready, and one per later event')
    .action(async (options: DevOptions) => {
      // Other threads compile the engine while this one loads the modules that use it.
      const { readWasm } = await import('../pglite/index.js')
      const [{ runDev }] = await Promise.all([import('./dev/run-dev.js'), readWasm()])
      await runDev(options)
    })
    .addHelpText(
      'after',
      helpText(
        [
          'driftpin dev',
          'driftpin dev --watch ~/src/shop',
          'driftpin dev --fresh --seed none',
          'driftpin dev --memory --port 0 --json',
          'driftpin dev --migrations db/migrations --seed db/seed.sql --data .dev',
        ],
        [
          'A new database contains a few owners, workspaces and chats, unless --seed or',
          '--migrations is given. It remembers --migrations and --ledger for the next start',
          'and for other commands. If the process is killed, no committed data is lost.',
        ],
      ),
    )
}
