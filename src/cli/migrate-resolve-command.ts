import type { Command } from 'commander'
import { UsageError } from './command-error.js'
import { printJson } from './print-json.js'
import { wholeNumber } from './whole-number.js'
import { type MigrateOptions, migratorCommand, withMigrator } from './with-migrator.js'

interface ResolveOptions extends MigrateOptions {
  readonly applied?: boolean
  readonly notApplied?: boolean
}

/** `driftpin migrate resolve`: says how a dirty migration stands, after a person has looked. */
export function migrateResolveCommand(): Command {
  return migratorCommand('resolve', 'settle a migration without a transaction that broke off')
    .argument('<version>', 'the number of the dirty migration', wholeNumber)
    .option('--applied', 'all that its up file makes is there')
    .option('--not-applied', 'nothing of it is there, and the next run does it again')
    .action(async (version: number, options: ResolveOptions) => {
      if (!options.applied === !options.notApplied) {
        throw new UsageError('Say how it stands: either --applied or --not-applied.')
      }
      const state = options.applied ? 'applied' : 'pending'
      await withMigrator(options, 'refuse', (migrator) => migrator.resolve(version, state))
      if (options.json) printJson({ version, state })
      else console.log(`Migration ${version} is ${state} now.`)
    })
}
