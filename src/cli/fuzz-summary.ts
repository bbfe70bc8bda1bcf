import { type CommandCoverage, coverageOf, type HistoriesReport } from '../laws/index.js'

/** What there is to exercise. */
export interface FuzzKnown {
  readonly commands: readonly { readonly name: string }[]
  readonly capCases: readonly { readonly cap: string; readonly at?: unknown }[]
}

/** What a run exercised, as `--json` prints it. */
export interface FuzzSummary {
  readonly engine: string
  readonly seed: number
  readonly runs: number
  readonly commands: number
  readonly commandsPerSecond: number
  readonly lawsChecked: number
  readonly shrinks: number
  readonly durationMs: number
  /** True when it was stopped before its end. */
  readonly stopped: boolean
  readonly coverage: readonly CommandUse[]
  /** Commands that were never done. */
  readonly neverDone: readonly string[]
  /** Caps that no push was exactly at, or one step past. */
  readonly capsNotMet: { readonly at: readonly string[]; readonly beyond: readonly string[] }
}

export interface CommandUse extends Omit<CommandCoverage, 'variants'> {
  readonly command: string
  readonly variants: Readonly<Record<string, number>>
}

/** Tells what a run exercised, and what it did not. */
export function createFuzzSummary(
  report: HistoriesReport,
  known: FuzzKnown,
  how: Pick<FuzzSummary, 'durationMs' | 'commandsPerSecond' | 'stopped'>,
): FuzzSummary {
  const { engine, seed, runs, commands, lawsChecked, shrinks, coverage } = report
  // A transaction is made of the others, and is counted beside them.
  const names = new Set([...known.commands.map(({ name }) => name), 'transaction'])
  for (const name of coverage.keys()) names.add(name)
  const uses = [...names].map((command): CommandUse => {
    const { variants, ...counts } = coverage.get(command) ?? coverageOf(new Map(), command)
    return { command, ...counts, variants: Object.fromEntries(variants) }
  })
  const notMet = (command: string, caps: FuzzKnown['capCases']) => {
    const met = coverage.get(command)?.variants
    return caps.map(({ cap }) => cap).filter((cap) => !met?.has(cap))
  }
  return {
    ...{ engine, seed, runs, commands, lawsChecked, shrinks, ...how },
    coverage: uses,
    neverDone: uses.filter(({ done }) => done === 0).map(({ command }) => command),
    capsNotMet: {
      at: notMet(
        'push at a cap',
        known.capCases.filter(({ at }) => at),
      ),
      beyond: notMet('push beyond a cap', known.capCases),
    },
  }
}
