import { Command } from 'commander'
import type { FinishedStep, Migrator, MigratorOptions } from '../migrations/index.js'
import { printSteps } from '../workbench/index.js'
import { humanDuration } from './human-size.js'
import { migrateAdoptCommand } from './migrate-adopt-command.js'
import { migrateCheckCommand } from './migrate-check-command.js'
import { migrateLintCommand } from './migrate-lint-command.js'
import { migrateNewCommand } from './migrate-new-command.js'
import { migratePrintCommand } from './migrate-print-command.js'
import { migrateRenumberCommand } from './migrate-renumber-command.js'
import { migrateResolveCommand } from './migrate-resolve-command.js'
import { migrateVerifyCommand } from './migrate-verify-command.js'
import type { Absent } from './open-database.js'
import { paint } from './paint.js'
import { printJson } from './print-json.js'
import { printable } from './printable.js'
import { renderTable } from './render-table.js'
import { wholeNumber } from './whole-number.js'
import { type MigrateOptions, migratorCommand, withMigrator } from './with-migrator.js'

interface RunOptions extends MigrateOptions {
  readonly statementLockTimeout?: number
}

function runningCommand(name: string, description: string): Command {
  return migratorCommand(name, description).option(
    '--statement-lock-timeout <ms>',
    'how long a statement waits for a lock before it is tried again later; 2000, 0 for ever',
    wholeNumber,
  )
}

async function run(
  options: RunOptions,
  absent: Absent,
  work: (migrator: Migrator) => Promise<FinishedStep[]>,
) {
  const { json, statementLockTimeout } = options
  const more: MigratorOptions = {
    onStep: ({ file, durationMs }) => {
      if (!json) console.log(`${file}  ${humanDuration(durationMs)}`)
    },
    onBlocked: ({ file, pauseMs, blockers }) => {
      const who = blockers.length > 0 ? ` held by ${printable(blockers.join('; '))}` : ''
      console.error(
        `${paint('yellow', file, process.stderr)} waits for a lock${who}. ` +
          `Tried again in ${humanDuration(pauseMs)}.`,
      )
    },
    ...(statementLockTimeout !== undefined && { statementLockTimeoutMs: statementLockTimeout }),
  }
  const steps = await withMigrator(options, absent, work, more)
  if (json) printJson(steps.map(({ sql, ...step }) => step))
  else if (steps.length === 0) console.log('Nothing to do.')
}

/** `driftpin migrate` and what stands below it. */
export function migrateCommand(): Command {
  const up = runningCommand('up', 'apply everything that is pending').action(
    (options: RunOptions) => run(options, 'create', (migrator) => migrator.up()),
  )
  const down = runningCommand('down', 'take back the newest migration')
    .option('--steps <n>', 'how many to take back', wholeNumber, 1)
    .action((options: RunOptions & { steps: number }) =>
      run(options, 'refuse', (migrator) => migrator.down({ steps: options.steps })),
    )
  const to = runningCommand('to', 'go up or down to a version; 0 takes everything back')
    .argument('<version>', 'the number of a migration', wholeNumber)
    .action((version: number, options: RunOptions) =>
      run(options, 'create', (migrator) => migrator.to(version)),
    )
  const status = migratorCommand('status', 'show which migrations are applied').action(showStatus)
  const plan = migratorCommand('plan', 'print the SQL that would run, by default on an empty one')
    .option('--to <version>', 'the version to plan for; the newest by default', wholeNumber)
    .action(showPlan)
  return new Command('migrate')
    .description('apply, take back and inspect migrations')
    .addCommand(up)
    .addCommand(down)
    .addCommand(to)
    .addCommand(status)
    .addCommand(plan)
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
      [
        '',
        'Examples:',
        '  driftpin migrate up --database postgres://app@localhost/app --schema chat',
        '  driftpin migrate status --data .driftpin',
        '  driftpin migrate plan            # all of it, for an empty database',
        '  driftpin migrate plan --to 0 --data .driftpin',
        '  driftpin migrate check --database postgres://app@localhost/app --schema chat',
        '  driftpin migrate adopt --database postgres://app@localhost/app --dry-run',
        '  driftpin migrate up --migrations db/migrations --ledger app_migrations --data .driftpin',
        '  driftpin migrate lint db/migrations --owner users',
        '  driftpin migrate resolve 12 --not-applied --database postgres://app@localhost/app',
        '  driftpin migrate print --from 8 --to 10 --schema chat | psql postgres://localhost/app',
        '  driftpin migrate new add_titles --migrations db/migrations',
        '  driftpin migrate renumber --base main --migrations db/migrations',
        '  driftpin migrate verify db/migrations',
      ].join('\n'),
    )
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
  const steps = await withMigrator(options, 'pretend', (migrator) => migrator.plan(options.to))
  if (options.json) printJson(steps)
  else process.stdout.write(printSteps(steps, options.schema))
}
