import type { CommandUse, FuzzSummary } from './fuzz-summary.js'
import { humanDuration } from './human-size.js'
import { paint } from './paint.js'
import { printableLines } from './printable.js'
import { renderTable } from './render-table.js'

const columnsMax = 80

/** A whole number with its thousands apart. */
export function counted(number: number): string {
  return Math.round(number).toLocaleString('en')
}

/** `1 history`, `20 histories`. */
export function histories(count: number): string {
  return count === 1 ? '1 history' : `${counted(count)} histories`
}

/** What a run exercised, and that every law held. */
export function renderFuzzSummary(summary: FuzzSummary): string {
  const { neverDone, capsNotMet } = summary
  const list = (what: string, names: readonly string[]) =>
    names.length === 0 ? [] : wrap([what, ...apart(names, ',')], columnsMax)
  const done = neverDone.length === 0 ? ['Every command was done.'] : []
  return [
    renderCoverage(summary),
    '',
    ...done,
    ...list('Never done:', neverDone),
    ...list('No push was at', capsNotMet.at),
    ...list('No push was past', capsNotMet.beyond),
    '',
    renderFuzzEnd(summary),
  ].join('\n')
}

/** Where histories ran, how many, and that every law held. */
export function renderFuzzEnd({ engine, seed, stopped, ...work }: FuzzSummary): string {
  const pace = work.commandsPerSecond > 0 ? ` (${counted(work.commandsPerSecond)} a second)` : ''
  const done = [
    histories(work.runs),
    `${counted(work.commands)} commands${pace}`,
    `${counted(work.lawsChecked)} laws checked`,
    humanDuration(work.durationMs),
  ]
  const verdict =
    work.runs === 0
      ? paint('yellow', 'Nothing was checked: no history came to its end.')
      : paint('green', stopped ? 'Stopped. Every law held so far.' : 'Every law held.')
  return [`${engine}, seed ${seed}`, done.join(', '), verdict].join('\n')
}

/** A failure, and where it was found. Texts of a history can have anything in them. */
export function renderFuzzFailure(summary: FuzzSummary, report: string): string {
  const { engine, runs, shrinks } = summary
  const before = runs === 0 ? 'at once' : `after ${histories(runs)}`
  const tried = shrinks === 0 ? '' : `, made shorter in ${counted(shrinks)} tries`
  const found = `Found on ${engine} ${before}${tried}.`
  return [printableLines(report), '', found].join('\n')
}

/** The variants of a command stand beside it, on as many lines as they need. */
function renderCoverage({ coverage }: FuzzSummary): string {
  const numbers = ['chosen', 'done', 'refused'] as const
  const width = Math.max(...coverage.map(({ command }) => command.length))
  const left = width + numbers.reduce((sum, name) => sum + name.length + 2, 2)
  const rows = coverage.flatMap((use) => {
    const [first = '', ...others] = wrap(variantsOf(use), columnsMax - left)
    // Numbers beside empty cells would stand to the left.
    const counts = numbers.map((name) => String(use[name]).padStart(name.length))
    return [[use.command, ...counts, first], ...others.map((line) => ['', '', '', '', line])]
  })
  return renderTable({ columns: ['command', ...numbers, 'variants'], rows })
}

function variantsOf({ variants, failed }: CommandUse): string[] {
  const texts = Object.entries(variants).map(([name, count]) => `${name} ${count}`)
  return apart(failed === 0 ? texts : [...texts, `made to fail ${failed}`], ';')
}

/** A mark after each but the last. */
function apart(texts: readonly string[], mark: string): string[] {
  return texts.map((text, index) => (index < texts.length - 1 ? `${text}${mark}` : text))
}

/** Parts that stay whole, on lines that are not longer than they may be where that is possible. */
function wrap(parts: readonly string[], max: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + part.length <= max) {
      lines[lines.length - 1] = `${last} ${part}`
    } else lines.push(part)
  }
  return lines
}
