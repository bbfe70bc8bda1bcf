import { InvalidArgumentError } from 'commander'
import type { LintFinding, LintReport } from '../workbench/index.js'
import { exitCodes } from './command-error.js'
import { type CommandResult, defineCommand } from './define-command.js'
import {
  countNoun,
  paint,
  printable,
  printableLines,
  say,
  screenWidth,
  wrapLines,
} from './terminal.js'

type Pair = readonly [string, string]

/** `driftpin migrate lint`. */
export const migrateLintCommand = defineCommand({
  name: 'lint',
  description:
    'find what is dangerous in production: locks, lost rows, SQL that fails if there are rows',
  options: (command) =>
    command
      .argument('[dir]', "a folder of SQL pairs (default: driftpin's own migrations)")
      .option(
        '--owner <table>',
        'a table that owns rows of others: chats, app.chats or chats.chat_id; can be repeated',
        (table: string, before: readonly string[] = []) => [...before, table],
      )
      .option(
        '--mirror <a=b>',
        'two tables with the same columns except the first; can be repeated',
        (text: string, before: readonly Pair[] = []) => [...before, pairOf(text)],
      )
      .option('--forward-only', 'the folder has no down files')
      .option('--rules', 'list the rules, why they matter and what to do instead')
      .option('--json', 'print JSON'),
  run: async (migrations, { rules, owner: owners, mirror: mirrors, forwardOnly = false }) => {
    if (rules) return await listRules()
    // Loaded late, because it loads an engine.
    const { lintMigrations } = await import('../workbench/index.js')
    const report = await lintMigrations({ forwardOnly, migrations, owners, mirrors })
    const unchecked = report.unchecked.map(({ rules, error }) => ({ rules, error: error.message }))
    // squawk is optional: its rules are reported as not checked, and do not make the command fail.
    const hasFailed = report.unchecked.some(({ error }) => error.code === 'migration_failed')
    if (report.findings.length > 0 || hasFailed) process.exitCode = exitCodes.failed
    const text = () => console.log(renderFindings(report, screenWidth()))
    return { json: { ...report, unchecked }, text }
  },
})

function pairOf(text: string): Pair {
  const [one, other, ...rest] = text.split('=')
  if (one && other && rest.length === 0) return [one, other]
  throw new InvalidArgumentError('It must name two tables, as in a=b.')
}

async function listRules(): Promise<CommandResult> {
  const { badSilence, lintRules } = await import('../workbench/index.js')
  const rules = [...lintRules, badSilence].map(({ id, why, instead }) => ({ id, why, instead }))
  const text = () => {
    for (const { id, why, instead } of rules) say(`${paint('bold', id)}\n  ${why}\n  ${instead}\n`)
  }
  return { json: rules, text }
}

/** How much of a source line is shown. */
const sourceWidthMax = 100

/** Each finding with its source line and a caret, and the number of findings. */
export function renderFindings(
  { findings, files, silenced, unchecked }: LintReport,
  width?: number,
): string {
  const parts = findings.map((finding) => renderFinding(finding, width))
  for (const { rules, error } of unchecked) {
    const heading = `${paint('red', 'not checked')}  ${rules.join(', ')}`
    parts.push(`${heading}\n${printableLines(error.message)}`)
  }
  return wrapLines([...parts, summary({ findings, files, silenced })].join('\n\n'), width)
}

function renderFinding(finding: LintFinding, width: number | undefined): string {
  const { rule, file, line, column, text, message, fix } = finding
  const gutter = `${line} | `
  const sourceWidth = width === undefined ? sourceWidthMax : Math.max(width - gutter.length - 8, 20)
  const before = printable([...text].slice(0, column - 1).join(''))
  const whole = printable(text)
  // Of a very long line, such as a minified one, only the surroundings are shown.
  const from = before.length > sourceWidth - 20 ? Math.max(0, before.length - 20) : 0
  const shown = whole.slice(from, from + sourceWidth)
  const [left, right] = [from > 0 ? '... ' : '', from + sourceWidth < whole.length ? ' ...' : '']
  return [
    `${paint('bold', `${printable(file)}:${line}:${column}`)}  ${paint('yellow', rule)}`,
    `${gutter}${left}${shown}${right}`,
    `${' '.repeat(gutter.length + left.length + before.length - from)}^`,
    `  ${printable(message)}`,
    `  ${printable(fix)}`,
  ].join('\n')
}

function summary({ findings, files, silenced }: Omit<LintReport, 'unchecked'>): string {
  const counts = new Map<string, number>()
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  const byNumber = [...counts].sort(([, a], [, b]) => b - a)
  const each = byNumber.map(([rule, count]) => `${count} ${rule}`).join(', ')
  const quiet = silenced > 0 ? ` (${silenced} silenced)` : ''
  const all = `${countNoun(findings.length, 'finding')} in ${countNoun(files, 'file')}`
  return `${all}${quiet}${each && `: ${each}`}.`
}
