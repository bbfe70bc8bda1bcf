import { usualDataFolder } from './data-folder.js'
import { defineCommand } from './define-command.js'
import { usualPort } from './dev/dev-run.js'
import { migrationOptions } from './migrations.js'
import { portNumber } from './options.js'

/** `driftpin dev`: serves a PostgreSQL for development. */
export const devCommand = defineCommand({
  name: 'dev',
  description: 'serve a PostgreSQL for development, with migrations applied and example data',
  options: (command) => {
    const memory = command.createOption('--memory', 'keep the data in memory only')
    const port = `the port (default: ${usualPort}, or a free one if it is in use)`
    const watchHelp = 'scan a directory and push it after every change'
    // A push needs driftpin's tables.
    const watch = command.createOption('--watch <dir>', watchHelp).conflicts('migrations')
    const first = command
      .option('--data <dir>', `the folder for the data (default: ${usualDataFolder})`)
      .addOption(memory.conflicts(['data', 'fresh']))
      .option('--port <port>', port, portNumber)
    return migrationOptions(first)
      .option('--seed <file>', 'an SQL file to run in a new database, or none')
      .addOption(watch)
      .option('--fresh', 'delete the database and create a new one')
      .option('--json', 'print one line of JSON when it is ready, and one per later event')
  },
  notes: [
    'A new database contains a few owners, workspaces and chats, unless --seed or',
    '--migrations is given. It remembers --migrations and --ledger for the next start',
    'and for other commands. If the process is killed, no committed data is lost.',
  ],
  examples: [
    'driftpin dev',
    'driftpin dev --watch ~/src/shop',
    'driftpin dev --fresh --seed none',
    'driftpin dev --memory --port 0 --json',
    'driftpin dev --migrations db/migrations --seed db/seed.sql --data .dev',
  ],
  run: async (options) => {
    // Other threads compile the engine while this one loads the modules that use it.
    const { readWasm } = await import('../pglite/index.js')
    const [{ runDev }] = await Promise.all([import('./dev/run-dev.js'), readWasm()])
    await runDev(options)
  },
})
