import type * as laws from '../laws/index.js'
import type { CheckProgress, CheckReport, CommandCoverage } from '../laws/index.js'
import { renderTable } from './table.js'
import {
  countNoun,
  humanDuration,
  joinToWidth,
  liveLine,
  paint,
  printableLines,
} from './terminal.js'

const columnsMax = 80

const counted = (number: number) => Math.round(number).toLocaleString('en')

const histories = (count: number) => countNoun(count, 'history', 'histories')

/** What a run exercised, as `--json` prints it. */
export type FuzzSummary = ReturnType<typeof createFuzzSummary>

/**
 * Summarises what a run exercised, and what it did not.
 *
 * @param how The pace of the run, and whether it was stopped before its end.
 */
export function createFuzzSummary(
  report: CheckReport,
  { allOperations, capCases }: Pick<typeof laws, 'allOperations' | 'capCases'>,
  how: { durationMs: number; commandsPerSecond: number; stopped: boolean },
) {
  const { engine, seed, runs, commands, lawsChecked, shrinks, coverage } = report
  // A transaction consists of other commands and is counted in addition to them.
  const names = new Set([...allOperations.map(({ name }) => name), 'transaction'])
  for (const name of coverage.keys()) names.add(name)
  const none: CommandCoverage = { chosen: 0, done: 0, refused: 0, failed: 0, variants: new Map() }
  const uses = [...names].map((command) => {
    const { variants, ...counts } = coverage.get(command) ?? none
    return { command, ...counts, variants: Object.fromEntries(variants) }
  })
  const notMet = (command: string, caps: typeof capCases) => {
    const met = coverage.get(command)?.variants
    return caps.map(({ cap }) => cap).filter((cap) => !met?.has(cap))
  }
  const capsWithExactCase = capCases.filter(({ at }) => at)
  return {
    ...{ engine, seed, runs, commands, lawsChecked, shrinks, ...how },
    coverage: uses,
    /** Commands that were never executed. */
    neverDone: uses.filter(({ done }) => done === 0).map(({ command }) => command),
    /** Limits that no push met exactly, or exceeded by one step. */
    capsNotMet: {
      at: notMet('push at a cap', capsWithExactCase),
      beyond: notMet('push beyond a cap', capCases),
    },
  }
}

/** The report of a run without a failure. */
export function renderFuzzSummary(summary: FuzzSummary): string {
  const { neverDone, capsNotMet } = summary
  const list = (what: string, names: readonly string[]) =>
    names.length === 0 ? [] : joinToWidth([what, ...separated(names, ',')], columnsMax)
  const done = neverDone.length === 0 ? ['Every command was executed.'] : []
  return [
    renderCoverage(summary),
    '',
    ...done,
    ...list('Never executed:', neverDone),
    ...list('No push was exactly at the limit of', capsNotMet.at),
    ...list('No push exceeded the limit of', capsNotMet.beyond),
    '',
    renderFuzzEnd(summary),
  ].join('\n')
}

/** The engine, the seed, the numbers and the verdict of a run without a failure. */
export function renderFuzzEnd({ engine, seed, stopped, ...work }: FuzzSummary): string {
  const pace = work.commandsPerSecond > 0 ? ` (${counted(work.commandsPerSecond)} per second)` : ''
  const done = [
    histories(work.runs),
    `${counted(work.commands)} commands${pace}`,
    `${counted(work.lawsChecked)} laws checked`,
    humanDuration(work.durationMs),
  ]
  const verdict =
    work.runs === 0
      ? paint('yellow', 'Nothing was checked: no history was completed.')
      : paint('green', stopped ? 'Stopped. Every law held so far.' : 'Every law held.')
  return [`${engine}, seed ${seed}`, done.join(', '), verdict].join('\n')
}

/** A failure, and where it was found. The texts in a history may contain any characters. */
export function renderFuzzFailure(summary: FuzzSummary, report: string): string {
  const { engine, runs, shrinks } = summary
  const before = runs === 0 ? 'in the first history' : `after ${histories(runs)}`
  const tried = shrinks === 0 ? '' : `, shortened in ${countNoun(shrinks, 'attempt')}`
  const found = `Found on ${engine} ${before}${tried}.`
  return [printableLines(report), '', found].join('\n')
}

/** One row per command. Its variants take as many lines as they need. */
function renderCoverage({ coverage }: FuzzSummary): string {
  const numbers = ['chosen', 'done', 'refused'] as const
  const width = Math.max(...coverage.map(({ command }) => command.length))
  const left = width + numbers.reduce((sum, name) => sum + name.length + 2, 2)
  const rows = coverage.flatMap((use) => {
    const [first = '', ...others] = joinToWidth(variantsOf(use), columnsMax - left)
    // The table would align numbers to the left, because other cells of the column are empty.
    const counts = numbers.map((name) => String(use[name]).padStart(name.length))
    return [[use.command, ...counts, first], ...others.map((line) => ['', '', '', '', line])]
  })
  return renderTable({ columns: ['command', ...numbers, 'variants'], rows })
}

function variantsOf({ variants, failed }: FuzzSummary['coverage'][number]): string[] {
  const texts = Object.entries(variants).map(([name, count]) => `${name} ${count}`)
  return separated(failed === 0 ? texts : [...texts, `made to fail ${failed}`], ';')
}

/** Appends a separator to each text except the last. */
function separated(texts: readonly string[], separator: string): string[] {
  return texts.map((text, index) => (index < texts.length - 1 ? `${text}${separator}` : text))
}

const redrawMs = 250
const plainLineMs = 10_000

/** When a run ends by itself: after a number of histories or of minutes. */
interface FuzzGoal {
  readonly runs?: number
  readonly minutes?: number
}

/**
 * Shows the progress of a run: on a terminal in one line that is redrawn, elsewhere as a new line
 * every ten seconds.
 */
export function openFuzzProgress(goal: FuzzGoal) {
  const draw = liveLine(process.stderr)
  const started = performance.now()
  let drawnAt = started
  let endedAt = started
  // The pace excludes the time before the first history, in which the engine is opened.
  const pace = { since: 0, from: 0, until: 0, to: 0 }
  const commandsPerSecond = () =>
    ((pace.to - pace.from) * 1000) / Math.max(1, pace.until - pace.since)
  draw?.('Preparing the database')
  return {
    show(progress: CheckProgress) {
      const now = performance.now()
      Object.assign(pace, { until: now, to: progress.commands })
      if (pace.since === 0) Object.assign(pace, { since: now, from: progress.commands })
      if (now - drawnAt < (draw ? redrawMs : plainLineMs)) return
      drawnAt = now
      const minutes = (now - started) / 60_000
      const text = describe(progress, goal, { minutes, commandsPerSecond: commandsPerSecond() })
      if (draw) draw(text)
      else console.error(text)
    },
    /** Removes the line. */
    end() {
      endedAt = performance.now()
      draw?.('')
    },
    timing: () => ({ durationMs: endedAt - started, commandsPerSecond: commandsPerSecond() }),
  }
}

function describe(
  { runs, commands, lawsChecked, shrinks }: CheckProgress,
  goal: FuzzGoal,
  now: { readonly minutes: number; readonly commandsPerSecond: number },
): string {
  if (shrinks > 0) return `A law is broken. Shortening its history: attempt ${shrinks}.`
  const { minutes, commandsPerSecond } = now
  return [
    goal.runs === undefined ? histories(runs) : `${counted(runs)} of ${histories(goal.runs)}`,
    ...(goal.minutes === undefined ? [] : [`${clock(minutes)} of ${clock(goal.minutes)}`]),
    `${counted(commands)} commands`,
    ...(commandsPerSecond > 0 ? [`${counted(commandsPerSecond)} per second`] : []),
    `${counted(lawsChecked)} laws checked`,
  ].join(', ')
}

/** Minutes and seconds, as `1:05`. */
function clock(minutes: number): string {
  const seconds = Math.floor(minutes * 60)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
