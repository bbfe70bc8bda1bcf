import { Command } from 'commander'
import { bundledFiles, parseMigrations, readMigrations } from '../migrations/index.js'
import { printSteps, stepsBetween } from '../workbench/index.js'
import { printJson } from './print-json.js'
import { wholeNumber } from './whole-number.js'
import { type FolderOptions, folderOptions } from './with-migrator.js'

interface PrintOptions extends FolderOptions {
  readonly from: number
  readonly to?: number
  readonly schema: string
  readonly json?: boolean
}

/** `driftpin migrate print`: the SQL for another tool, without a database. */
export function migratePrintCommand(): Command {
  const command = new Command('print')
    .description('print the SQL between two versions as a script for psql, without a database')
    .option('--from <version>', 'the version that the database has', wholeNumber, 0)
    .option('--to <version>', 'the version that it shall have; the newest by default', wholeNumber)
    .option('--schema <name>', 'the schema of the tables', 'public')
    .option('--json', 'print JSON')
  return folderOptions(command).action(async (options: PrintOptions) => {
    const { migrations: folder, forwardOnly = false } = options
    const migrations =
      folder === undefined
        ? parseMigrations(bundledFiles)
        : await readMigrations(folder, { forwardOnly })
    const to = options.to ?? migrations.at(-1)!.version
    const steps = stepsBetween(migrations, { from: options.from, to })
    if (options.json) printJson(steps)
    else process.stdout.write(printSteps(steps, options.schema))
  })
}
