import { Command } from 'commander'
import { createMigrator, type Migrator } from '../migrations/create-migrator.js'
import type { FinishedStep } from '../migrations/plan-steps.js'
import { readMigrations } from '../migrations/read-migrations.js'
import { humanDuration } from './human-size.js'
import { migrateAdoptCommand } from './migrate-adopt-command.js'
import { migrateCheckCommand } from './migrate-check-command.js'
import { migrateLintCommand } from './migrate-lint-command.js'
import { migrateVerifyCommand } from './migrate-verify-command.js'
import {
  type Absent,
  type DatabaseOptions,
  databaseOptions,
  withDatabase,
} from './open-database.js'
import { paint } from './paint.js'
import { printJson } from './print-json.js'
import { renderTable } from './render-table.js'
import { wholeNumber } from './whole-number.js'

interface MigrateOptions extends DatabaseOptions {
  readonly migrations?: string
  readonly ledger?: string
  readonly forwardOnly?: boolean
  readonly json?: boolean
}

function subcommand(name: string, description: string): Command {
  return databaseOptions(new Command(name).description(description))
    .option('--migrations <dir>', "a folder of SQL pairs, instead of driftpin's own migrations")
    .option('--ledger <table>', 'the name of the ledger table; driftpin_migrations by default')
    .option('--forward-only', 'the folder has no down files')
    .option('--json', 'print JSON')
}

async function withMigrator<T>(
  { migrations, ledger, forwardOnly, json, ...database }: MigrateOptions,
  absent: Absent,
  work: (migrator: Migrator) => Promise<T>,
): Promise<T> {
  const read = migrations && (await readMigrations(migrations, { forwardOnly: !!forwardOnly }))
  return await withDatabase(database, absent, async (opened) => {
    const onStep = (step: FinishedStep) => {
      if (!json) console.log(`${step.file}  ${humanDuration(step.durationMs)}`)
    }
    const options = { onStep, ...(read && { migrations: read }), ...(ledger && { ledger }) }
    return await work(createMigrator(opened, options))
  })
}

async function run(
  options: MigrateOptions,
  absent: Absent,
  work: (migrator: Migrator) => Promise<FinishedStep[]>,
) {
  const steps = await withMigrator(options, absent, work)
  if (options.json) printJson(steps.map(({ sql, ...step }) => step))
  else if (steps.length === 0) console.log('Nothing to do.')
}

/** `driftpin migrate up|down|to|status|plan`. */
export function migrateCommand(): Command {
  const up = subcommand('up', 'apply everything that is pending').action(
    (options: MigrateOptions) => run(options, 'create', (migrator) => migrator.up()),
  )
  const down = subcommand('down', 'take back the newest migration')
    .option('--steps <n>', 'how many to take back', wholeNumber, 1)
    .action((options: MigrateOptions & { steps: number }) =>
      run(options, 'refuse', (migrator) => migrator.down({ steps: options.steps })),
    )
  const to = subcommand('to', 'go up or down to a version; 0 takes everything back')
    .argument('<version>', 'the number of a migration', wholeNumber)
    .action((version: number, options: MigrateOptions) =>
      run(options, 'create', (migrator) => migrator.to(version)),
    )
  const status = subcommand('status', 'show which migrations are applied').action(showStatus)
  const plan = subcommand('plan', 'print the SQL that would run, by default on an empty database')
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
        '  driftpin migrate plan            (all of it, for an empty database)',
        '  driftpin migrate plan --to 0 --data .driftpin',
        '  driftpin migrate check --database postgres://app@localhost/app --schema chat',
        '  driftpin migrate adopt --database postgres://app@localhost/app --dry-run',
        '  driftpin migrate up --migrations db/migrations --ledger app_migrations --data .driftpin',
        '  driftpin migrate lint db/migrations --owner users',
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
  if (options.json) {
    printJson(steps)
    return
  }
  for (const { file, sql } of steps) console.log(`${paint('bold', `-- ${file}`)}\n${sql}`)
  if (steps.length === 0) console.log('-- Nothing to do.')
}
