import type { VerifiedMigration, VerifyFinding, VerifyReport } from '../workbench/index.js'
import { exitCodes } from './command-error.js'
import { defineCommand } from './define-command.js'
import { countNoun, humanDuration, paint, printable, printableLines, say } from './terminal.js'

/** `driftpin migrate verify`. */
export const migrateVerifyCommand = defineCommand({
  name: 'verify',
  description: 'check that every migration works up, down and up again with rows in the tables',
  options: (command) =>
    command
      .argument('[dir]', "a folder of SQL pairs (default: driftpin's own migrations)")
      .option(
        '--fixtures <dir>',
        'a folder with a file of rows per version (default: DIR/fixtures)',
      )
      .option('--forward-only', 'migrations may have no down file')
      .option('--json', 'print JSON'),
  notes: [
    'A fixture has the name of its migration: fixtures/000012_add_titles.sql.',
    'Exemptions are in fixtures/exempt.json, each with its reason:',
    '  {"tables": {"audit_log": "written by a trigger of the host"},',
    '   "downs": {"000012_merge_users": "merged rows cannot be separated"}}',
  ],
  run: async (migrations, { fixtures, forwardOnly = false, json }) => {
    // Loaded late, because it loads an engine.
    const { renderFinding, verifyMigrations } = await import('../workbench/index.js')
    const render = (finding: VerifyFinding) => printableLines(renderFinding(finding))
    const report = await verifyMigrations({
      ...{ migrations, fixtures, forwardOnly },
      onStep: (step) => {
        if (!json) printStep(step, render)
      },
    })
    if (!report.ok) process.exitCode = exitCodes.failed
    return { json: report, text: () => printWhole(report, render) }
  },
})

type Render = (finding: VerifyFinding) => string

const colours = { verified: 'green', 'up only': 'yellow', exempt: 'yellow', failed: 'red' } as const

function printStep(migration: VerifiedMigration, render: Render): void {
  const { file, outcome, durationMs, rows, findings, reason, notes } = migration
  const painted = paint(colours[outcome], outcome)
  console.log(`${file}  ${painted}  ${humanDuration(durationMs)}, ${countNoun(rows, 'row')}`)
  for (const finding of findings) say(indent(render(finding)))
  if (reason !== undefined) say(`  exempt: ${printable(reason)}`)
  for (const note of notes) say(`  note: ${printableLines(note)}`)
}

function printWhole(report: VerifyReport, render: Render): void {
  const { findings, migrations, unproven, notes, durationMs } = report
  for (const finding of findings) {
    if (finding.version === undefined) say(`\n${render(finding)}`)
    else if (!migrations.some((one) => one.findings.includes(finding))) {
      say(`\n${finding.file}\n${indent(render(finding))}`)
    }
  }
  for (const note of notes) say(`note: ${printableLines(note)}`)
  if (unproven.length > 0) {
    say(`Not verified, because they had no rows at the end: ${unproven.join(', ')}.`)
  }
  const result =
    findings.length === 0
      ? paint('green', 'no findings')
      : paint('red', countNoun(findings.length, 'finding'))
  const count = countNoun(migrations.length, 'migration')
  say(`\n${count}, ${result}, in ${humanDuration(durationMs)}.`)
}

const indent = (text: string) => text.replace(/^/gm, '  ')
