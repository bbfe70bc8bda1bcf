import { join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
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
import { type CommandResult, defineCommand, defineGroup } from './define-command.js'
import { migrateAdoptCommand } from './migrate-adopt-command.js'
import { migrateCheckCommand } from './migrate-check-command.js'
import { migrateLintCommand } from './migrate-lint-command.js'
import { migrateRenumberCommand } from './migrate-renumber-command.js'
import { migrateVerifyCommand } from './migrate-verify-command.js'
import { folderOptions, type MigrateOptions, migratorOptions, withMigrator } from './migrations.js'
import type { IfMissing } from './open-database.js'
import { wholeNumber } from './options.js'
import { renderTable } from './table.js'
import { humanDuration, paint, printable, warn } from './terminal.js'

const runOptions = (command: Command) =>
  migratorOptions(command).option(
    '--statement-lock-timeout <ms>',
    'how long a statement waits for a lock before a later retry (default: 2000; 0: no limit)',
    wholeNumber,
  )

const upCommand = defineCommand({
  name: 'up',
  description: 'apply all pending migrations',
  options: runOptions,
  run: (options) => runSteps(options, 'create', (migrator) => migrator.up()),
})

const downCommand = defineCommand({
  name: 'down',
  description: 'revert the newest migration',
  options: (command) =>
    runOptions(command).option('--steps <n>', 'how many to revert', wholeNumber, 1),
  run: ({ steps, ...options }) =>
    runSteps(options, 'refuse', (migrator) => migrator.down({ steps })),
})

const toCommand = defineCommand({
  name: 'to',
  description: 'migrate up or down to a version; 0 reverts everything',
  options: (command) =>
    runOptions(command).argument('<version>', 'the number of a migration', wholeNumber),
  run: (version, options) => runSteps(options, 'create', (migrator) => migrator.to(version)),
})

async function runSteps(
  options: MigrateOptions & { readonly statementLockTimeout?: number },
  ifMissing: IfMissing,
  work: (migrator: Migrator) => Promise<FinishedStep[]>,
): Promise<CommandResult> {
  const more: MigratorOptions = {
    onStep: ({ file, durationMs }) => {
      if (!options.json) console.log(`${file}  ${humanDuration(durationMs)}`)
    },
    onBlocked: ({ file, pauseMs, blockers }) => {
      const who = blockers.length > 0 ? ` held by ${printable(blockers.join('; '))}` : ''
      warn(
        `${paint('yellow', file, process.stderr)} waits for a lock${who}. ` +
          `Next attempt in ${humanDuration(pauseMs)}.`,
      )
    },
    statementLockTimeoutMs: options.statementLockTimeout,
  }
  const steps = await withMigrator(options, ifMissing, work, more)
  return {
    json: steps.map(({ sql, ...step }) => step),
    text: () => {
      if (steps.length === 0) console.log('Nothing to do.')
    },
  }
}

const statusCommand = defineCommand({
  name: 'status',
  description: 'show which migrations are applied',
  options: (command) => migratorOptions(command),
  run: async (options) => {
    const statuses = await withMigrator(options, 'refuse', (migrator) => migrator.status())
    const rows = statuses.map(({ version, name, state, appliedAt, durationMs }) => [
      version,
      name,
      state,
      appliedAt?.toISOString() ?? '',
      durationMs === undefined ? '' : humanDuration(durationMs),
    ])
    const columns = ['version', 'name', 'state', 'applied', 'took']
    return { json: statuses, text: () => console.log(renderTable({ columns, rows })) }
  },
})

const planCommand = defineCommand({
  name: 'plan',
  description: 'print the SQL that would run, by default on an empty database',
  options: (command) =>
    migratorOptions(command).option(
      '--to <version>',
      'the target version (default: the newest)',
      wholeNumber,
    ),
  run: async ({ to, ...options }) => {
    const steps = await withMigrator(options, 'use memory', (migrator) => migrator.plan(to))
    return { json: steps, text: () => printSql(steps, options.schema) }
  },
})

async function printSql(steps: readonly PlannedStep[], schema: string): Promise<void> {
  // Loaded late, because it loads an engine.
  const { printSteps } = await import('../workbench/index.js')
  process.stdout.write(printSteps(steps, schema))
}

/** Records the state of a dirty migration after a person checked it. */
const resolveCommand = defineCommand({
  name: 'resolve',
  description: 'settle a migration without a transaction that was interrupted',
  options: (command) =>
    migratorOptions(command)
      .argument('<version>', 'the number of the dirty migration', wholeNumber)
      .option('--applied', 'everything that its up file creates exists')
      .option('--not-applied', 'nothing of it exists; the next run applies it again'),
  run: async (version, { applied, notApplied, ...options }) => {
    if (!applied === !notApplied) {
      throw new UsageError('Give its state: either --applied or --not-applied.')
    }
    const state = applied ? 'applied' : 'pending'
    await withMigrator(options, 'refuse', (migrator) => migrator.resolve(version, state))
    const text = () => console.log(`Migration ${version} is ${state} now.`)
    return { json: { version, state }, text }
  },
})

/** `driftpin migrate print`: the SQL for another tool. */
export const migratePrintCommand = defineCommand({
  name: 'print',
  description: 'print the SQL between two versions as a script for psql, without a database',
  options: (command) =>
    folderOptions(
      command
        .option('--from <version>', 'the version that the database has', wholeNumber, 0)
        .option('--to <version>', 'the version to migrate to (default: the newest)', wholeNumber)
        .option('--schema <name>', 'the schema of the tables', 'public')
        .option('--json', 'print JSON'),
    ),
  run: async ({ migrations: folder, forwardOnly = false, from, schema, ...options }) => {
    const migrations =
      folder === undefined
        ? parseMigrations(bundledFiles)
        : await readMigrations(folder, { forwardOnly })
    const to = options.to ?? migrations.at(-1)!.version
    const { stepsBetween } = await import('../workbench/index.js')
    const steps = stepsBetween(migrations, { from, to })
    return { json: steps, text: () => printSql(steps, schema) }
  },
})

/** `driftpin migrate new`: creates the next pair of files and its fixture. */
export const migrateNewCommand = defineCommand({
  name: 'new',
  description: 'create the next pair of files and its fixture',
  options: (command) =>
    command
      .argument('<name>', 'what the migration does, such as add_titles')
      .option('--migrations <dir>', 'the folder of the migrations', 'migrations')
      .option('--json', 'print JSON'),
  run: async (name, { migrations }) => {
    const { newMigration } = await import('../workbench/index.js')
    const made = await newMigration({ directory: migrations, name })
    const files = made.map((file) => join(migrations, file))
    return { json: { files }, text: () => console.log(files.join('\n')) }
  },
})

/** `driftpin migrate` and its subcommands. */
export const migrateCommand = defineGroup(
  {
    name: 'migrate',
    description: 'apply, revert and check migrations',
    examples: [
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
    ],
  },
  [
    ...[upCommand, downCommand, toCommand, statusCommand, planCommand, migrateLintCommand],
    ...[resolveCommand, migratePrintCommand, migrateNewCommand, migrateRenumberCommand],
    ...[migrateVerifyCommand, migrateCheckCommand, migrateAdoptCommand],
  ],
)
