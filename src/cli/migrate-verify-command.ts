import { Command } from 'commander'
import {
  renderFinding,
  type VerifiedMigration,
  type VerifyFinding,
  type VerifyReport,
  verifyMigrations,
} from '../workbench/index.js'
import { exitCodes } from './command-error.js'
import { humanDuration } from './human-size.js'
import { paint } from './paint.js'
import { printJson } from './print-json.js'
import { printable, printableLines } from './printable.js'

interface VerifyCommandOptions {
  readonly fixtures?: string
  readonly forwardOnly?: boolean
  readonly json?: boolean
}

/** `driftpin migrate verify`. */
export function migrateVerifyCommand(): Command {
  return new Command('verify')
    .description('prove that every migration goes up, down and up again with rows in the tables')
    .argument('[dir]', "a folder of SQL pairs; driftpin's own migrations by default")
    .option('--fixtures <dir>', 'a file of rows for each version; DIR/fixtures by default')
    .option('--forward-only', 'migrations may have no down file')
    .option('--json', 'print JSON')
    .action(verify)
    .addHelpText(
      'after',
      [
        '',
        'A fixture is called as its migration: fixtures/000012_add_titles.sql. Exemptions stand in',
        'fixtures/exempt.json, each with its reason:',
        '  {"tables": {"audit_log": "written by a trigger of the host"},',
        '   "downs": {"000012_merge_users": "the rows that were merged cannot be told apart"}}',
      ].join('\n'),
    )
}

async function verify(directory: string | undefined, options: VerifyCommandOptions) {
  const { fixtures, forwardOnly = false, json } = options
  const report = await verifyMigrations({
    ...(directory !== undefined && { migrations: directory }),
    ...(fixtures !== undefined && { fixtures }),
    forwardOnly,
    onStep: (step) => {
      if (!json) printStep(step)
    },
  })
  if (json) printJson(report)
  else printWhole(report)
  if (!report.ok) process.exitCode = exitCodes.failed
}

const colours = { verified: 'green', 'up only': 'yellow', exempt: 'yellow', failed: 'red' } as const

function printStep({ file, outcome, durationMs, rows, ...step }: VerifiedMigration): void {
  const said = paint(colours[outcome], outcome)
  console.log(`${file}  ${said}  ${humanDuration(durationMs)}, ${rows} rows`)
  for (const finding of step.findings) console.log(indent(shown(finding)))
  if (step.reason !== undefined) console.log(`  exempt: ${printable(step.reason)}`)
  for (const note of step.notes) console.log(`  note: ${printableLines(note)}`)
}

function printWhole({ findings, migrations, unproven, notes, durationMs }: VerifyReport): void {
  for (const finding of findings) {
    if (finding.version === undefined) console.log(`\n${shown(finding)}`)
    else if (!migrations.some((one) => one.findings.includes(finding))) {
      console.log(`\n${finding.file}\n${indent(shown(finding))}`)
    }
  }
  for (const note of notes) console.log(`note: ${printableLines(note)}`)
  if (unproven.length > 0) {
    console.log(`Without a row in the end, and so unproven: ${unproven.join(', ')}.`)
  }
  const count = findings.length
  const result =
    count === 0
      ? paint('green', 'all hold')
      : paint('red', count === 1 ? 'one finding' : `${count} findings`)
  console.log(`\n${migrations.length} migrations, ${result}, in ${humanDuration(durationMs)}.`)
}

const shown = (finding: VerifyFinding) => printableLines(renderFinding(finding))

const indent = (text: string) => text.replace(/^/gm, '  ')
