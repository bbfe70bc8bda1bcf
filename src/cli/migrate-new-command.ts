import { join } from 'node:path'
import { Command } from 'commander'
import { newMigration } from '../workbench/index.js'
import { printJson } from './print-json.js'

interface NewOptions {
  readonly migrations: string
  readonly json?: boolean
}

/** `driftpin migrate new`: the next pair of files, and its fixture. */
export function migrateNewCommand(): Command {
  return new Command('new')
    .description('make the next pair of files and its fixture, in the numbering of the folder')
    .argument('<name>', 'what it does, such as add_titles')
    .option('--migrations <dir>', 'the folder of the migrations', 'migrations')
    .option('--json', 'print JSON')
    .action(async (name: string, { migrations, json }: NewOptions) => {
      const made = await newMigration({ directory: migrations, name })
      const files = made.map((file) => join(migrations, file))
      if (json) printJson({ files })
      else console.log(files.join('\n'))
    })
}
