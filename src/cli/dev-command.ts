import { Command, Option } from 'commander'
import { usualDataFolder } from './data-folder.js'
import type { DevOptions } from './dev/dev-options.js'
import { usualPort } from './dev/usual-port.js'
import { portNumber } from './whole-number.js'
import { folderOptions } from './with-migrator.js'

/** `driftpin dev`: a PostgreSQL to point anything at. */
export function devCommand(): Command {
  const memory = new Option('--memory', 'keep nothing: the database is gone when this ends')
  const fresh = new Option('--fresh', 'delete the database that is there, and begin anew')
  // What is pushed needs the tables of driftpin.
  const watch = new Option('--watch <dir>', 'scan a directory and push it on every change')
  return folderOptions(
    new Command('dev')
      .description('serve a PostgreSQL for development, migrated and with data in it')
      .option('--data <dir>', `where the data is kept; ${usualDataFolder} by default`)
      .addOption(memory.conflicts(['data', 'fresh']))
      .option('--port <port>', `${usualPort} by default; a free one where it is taken`, portNumber),
  )
    .option('--ledger <table>', 'the name of the ledger table; driftpin_migrations by default')
    .option('--seed <file>', 'an SQL file to put into a new database, or none')
    .addOption(watch.conflicts('migrations'))
    .addOption(fresh)
    .option('--json', 'print a line of JSON when it is ready, and one for everything later')
    .action(async (options: DevOptions) => {
      // The engine is compiled by other threads, while this one loads what it is used with.
      const { readWasm } = await import('../pglite/index.js')
      const [{ runDev }] = await Promise.all([import('./dev/run-dev.js'), readWasm()])
      await runDev(options)
    })
    .addHelpText(
      'after',
      [
        '',
        'A new database has a few owners, workspaces and chats in it, unless --seed or',
        '--migrations is given. A kill loses nothing of what a client was told.',
        '',
        'Examples:',
        '  driftpin dev',
        '  driftpin dev --watch ~/src/shop',
        '  driftpin dev --fresh --seed none',
        '  driftpin dev --memory --port 0 --json',
        '  driftpin dev --migrations db/migrations --seed db/seed.sql --data .dev',
      ].join('\n'),
    )
}
