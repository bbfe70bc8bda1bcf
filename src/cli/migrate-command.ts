import { join } from 'node:path'
import { Command } from 'commander'
import {
  bundledFiles,
  type FinishedStep,
  type Migrator,
  type MigratorOptions,
  type PlannedStep,
  parseMigrations,
  readMigrations,
} from '../migrations/index.js'
import { UsageError } from './command-error.js'
import { migrateAdoptCommand } from './migrate-adopt-command.js'
import { migrateCheckCommand } from './migrate-check-command.js'
import { migrateLintCommand } from './migrate-lint-command.js'
import { migrateRenumberCommand } from './migrate-renumber-command.js'
import { migrateVerifyCommand } from './migrate-verify-command.js'
import {
  type FolderOptions,
  folderOptions,
  type MigrateOptions,
  migratorCommand,
  withMigrator,
} from './migrations.js'
import type { IfMissing } from './open-database.js'
import { helpText, wholeNumber } from './options.js'
import { renderTable } from './table.js'
import { humanDuration, paint, printable, printJson, warn } from './terminal.js'

/** `driftpin migrate` and its subcommands. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('apply, revert and check migrations')
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(toCommand())
    .addCommand(migratorCommand('status', 'show which migrations are applied').action(showStatus))
    .addCommand(planCommand())
    .addCommand(migrateLintCommand())
    .addCommand(migrateResolveCommand())
    .addCommand(migratePrintCommand())
    .addCommand(migrateNewCommand())
    .addCommand(migrateRenumberCommand())
    .addCommand(migrateVerifyCommand())
    .addCommand(migrateCheckCommand())
    .addCommand(migrateAdoptCommand())
    .addHelpText(
      'after',
      helpText([
        'driftpin migrate up --database postgres://app@localhost/app --schema chat',
        'driftpin migrate status --data .driftpin',
        'driftpin migrate plan            # everything, for an empty database',
        'driftpin migrate plan --to 0 --data .driftpin',
        'driftpin migrate check --database postgres://app@localhost/app',
        'driftpin migrate adopt --database postgres://app@localhost/app --dry-run',
        'driftpin migrate up --migrations db/migrations --data .driftpin',
        'driftpin migrate lint db/migrations --owner users',
        'driftpin migrate resolve 12 --not-applied --data .driftpin',
        'driftpin migrate print --from 8 --to 10 --schema chat | psql',
        'driftpin migrate new add_titles --migrations db/migrations',
        'driftpin migrate renumber --base main --migrations db/migrations',
        'driftpin migrate verify db/migrations',
      ]),
    )
}

function upCommand(): Command {
  return runningCommand('up', 'apply all pending migrations').action((options: RunOptions) =>
    run(options, 'create', (migrator) => migrator.up()),
  )
}

function downCommand(): Command {
  return runningCommand('down', 'revert the newest migration')
    .option('--steps <n>', 'how many to revert', wholeNumber, 1)
    .action((options: RunOptions & { steps: number }) =>
      run(options, 'refuse', (migrator) => migrator.down({ steps: options.steps })),
    )
}

function toCommand(): Command {
  return runningCommand('to', 'migrate up or down to a version; 0 reverts everything')
    .argument('<version>', 'the number of a migration', wholeNumber)
    .action((version: number, options: RunOptions) =>
      run(options, 'create', (migrator) => migrator.to(version)),
    )
}

function planCommand(): Command {
  return migratorCommand('plan', 'print the SQL that would run, by default on an empty database')
    .option('--to <version>', 'the target version (default: the newest)', wholeNumber)
    .action(showPlan)
}

interface RunOptions extends MigrateOptions {
  readonly statementLockTimeout?: number
}

function runningCommand(name: string, description: string): Command {
  return migratorCommand(name, description).option(
    '--statement-lock-timeout <ms>',
    'how long a statement waits for a lock before a later retry (default: 2000; 0: no limit)',
    wholeNumber,
  )
}

async function run(
  options: RunOptions,
  ifMissing: IfMissing,
  work: (migrator: Migrator) => Promise<FinishedStep[]>,
) {
  const { json, statementLockTimeout } = options
  const more: MigratorOptions = {
    onStep: ({ file, durationMs }) => {
      if (!json) console.log(`${file}  ${humanDuration(durationMs)}`)
    },
    onBlocked: ({ file, pauseMs, blockers }) => {
      const who = blockers.length > 0 ? ` held by ${printable(blockers.join('; '))}` : ''
      warn(
        `${paint('yellow', file, process.stderr)} waits for a lock${who}. ` +
          `Next attempt in ${humanDuration(pauseMs)}.`,
      )
    },
    statementLockTimeoutMs: statementLockTimeout,
  }
  const steps = await withMigrator(options, ifMissing, work, more)
  if (json) printJson(steps.map(({ sql, ...step }) => step))
  else if (steps.length === 0) console.log('Nothing to do.')
}

async function showStatus(options: MigrateOptions): Promise<void> {
  const statuses = await withMigrator(options, 'refuse', (migrator) => migrator.status())
  if (options.json) {
    printJson(statuses)
    return
  }
  const rows = statuses.map(({ version, name, state, appliedAt, durationMs }) => [
    version,
    name,
    state,
    appliedAt?.toISOString() ?? '',
    durationMs === undefined ? '' : humanDuration(durationMs),
  ])
  console.log(renderTable({ columns: ['version', 'name', 'state', 'applied', 'took'], rows }))
}

async function showPlan(options: MigrateOptions & { to?: number }): Promise<void> {
  const steps = await withMigrator(options, 'use memory', (migrator) => migrator.plan(options.to))
  if (options.json) printJson(steps)
  else await printSql(steps, options.schema)
}

async function printSql(steps: readonly PlannedStep[], schema: string): Promise<void> {
  // Loaded late, because it loads an engine.
  const { printSteps } = await import('../workbench/index.js')
  process.stdout.write(printSteps(steps, schema))
}

interface ResolveOptions extends MigrateOptions {
  readonly applied?: boolean
  readonly notApplied?: boolean
}

/** `driftpin migrate resolve`: records the state of a dirty migration after a person checked it. */
export function migrateResolveCommand(): Command {
  return migratorCommand('resolve', 'settle a migration without a transaction that was interrupted')
    .argument('<version>', 'the number of the dirty migration', wholeNumber)
    .option('--applied', 'everything that its up file creates exists')
    .option('--not-applied', 'nothing of it exists; the next run applies it again')
    .action(async (version: number, options: ResolveOptions) => {
      if (!options.applied === !options.notApplied) {
        throw new UsageError('Give its state: either --applied or --not-applied.')
      }
      const state = options.applied ? 'applied' : 'pending'
      await withMigrator(options, 'refuse', (migrator) => migrator.resolve(version, state))
      if (options.json) printJson({ version, state })
      else console.log(`Migration ${version} is ${state} now.`)
    })
}

interface PrintOptions extends FolderOptions {
  readonly from: number
  readonly to?: number
  readonly schema: string
  readonly json?: boolean
}

/** `driftpin migrate print`: the SQL for another tool. */
export function migratePrintCommand(): Command {
  const command = new Command('print')
    .description('print the SQL between two versions as a script for psql, without a database')
    .option('--from <version>', 'the version that the database has', wholeNumber, 0)
    .option('--to <version>', 'the version to migrate to (default: the newest)', wholeNumber)
    .option('--schema <name>', 'the schema of the tables', 'public')
    .option('--json', 'print JSON')
  return folderOptions(command).action(async (options: PrintOptions) => {
    const { migrations: folder, forwardOnly = false } = options
    const migrations =
      folder === undefined
        ? parseMigrations(bundledFiles)
        : await readMigrations(folder, { forwardOnly })
    const to = options.to ?? migrations.at(-1)!.version
    const { stepsBetween } = await import('../workbench/index.js')
    const steps = stepsBetween(migrations, { from: options.from, to })
    if (options.json) printJson(steps)
    else await printSql(steps, options.schema)
  })
}

interface NewOptions {
  readonly migrations: string
  readonly json?: boolean
}

/** `driftpin migrate new`: creates the next pair of files and its fixture. */
export function migrateNewCommand(): Command {
  return new Command('new')
    .description('create the next pair of files and its fixture')
    .argument('<name>', 'what the migration does, such as add_titles')
    .option('--migrations <dir>', 'the folder of the migrations', 'migrations')
    .option('--json', 'print JSON')
    .action(async (name: string, { migrations, json }: NewOptions) => {
      const { newMigration } = await import('../workbench/index.js')
      const made = await newMigration({ directory: migrations, name })
      const files = made.map((file) => join(migrations, file))
      if (json) printJson({ files })
      else console.log(files.join('\n'))
    })
}
