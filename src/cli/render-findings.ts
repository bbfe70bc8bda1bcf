import type { LintReport } from '../workbench/index.js'
import { countNoun } from './count-noun.js'
import { paint } from './paint.js'
import { printable, printableLines } from './printable.js'

type Finding = LintReport['findings'][number]

const widthMax = 100

/** Each finding with its line and a caret, and how many there are. */
export function renderFindings({ findings, files, silenced, unchecked }: LintReport): string {
  const parts = findings.map(renderFinding)
  for (const { rules, error } of unchecked) {
    const heading = `${paint('red', 'not checked')}  ${rules.join(', ')}`
    parts.push(`${heading}\n${printableLines(error.message)}`)
  }
  return [...parts, summary({ findings, files, silenced })].join('\n\n')
}

function renderFinding({ rule, file, line, column, text, message, fix }: Finding): string {
  const before = printable([...text].slice(0, column - 1).join(''))
  const whole = printable(text)
  // Of a very long line, such as a minified one, what is around the place.
  const from = before.length > widthMax - 20 ? before.length - 20 : 0
  const shown = whole.slice(from, from + widthMax)
  const [left, right] = [from > 0 ? '... ' : '', from + widthMax < whole.length ? ' ...' : '']
  const gutter = `${line} | `
  return [
    `${paint('bold', `${printable(file)}:${line}:${column}`)}  ${paint('yellow', rule)}`,
    `${gutter}${left}${shown}${right}`,
    `${' '.repeat(gutter.length + left.length + before.length - from)}^ ${printable(message)}`,
    `  ${printable(fix)}`,
  ].join('\n')
}

function summary({ findings, files, silenced }: Omit<LintReport, 'unchecked'>): string {
  const counts = new Map<string, number>()
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  const byNumber = [...counts].sort(([, a], [, b]) => b - a)
  const each = byNumber.map(([rule, count]) => `${count} ${rule}`).join(', ')
  const quiet = silenced > 0 ? ` (${silenced} silenced)` : ''
  return `${countNoun(findings.length, 'finding')} in ${files} files${quiet}${each && `: ${each}`}.`
}
