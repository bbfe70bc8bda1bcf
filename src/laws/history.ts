import fc from 'fast-check'
import { coverageOf, type HistoryCommand, type HistoryRun, viewOf } from './history-run.js'
import type { Operation } from './operation.js'
import { allOperations } from './operations/index.js'
import { type Chosen, runStep, runTransaction, type StepOptions } from './run-step.js'

/** The second installation must not be affected by the first, and gets a tenth of the commands. */
const secondOutOf = 10

const isSecond = fc.nat(secondOutOf - 1).map((one) => one === secondOutOf - 1)

const databaseOf = ({ installations }: HistoryRun, second: boolean) => installations[second ? 1 : 0]

/** A command that remembers the lines of its last run, for reports. */
function createCommand(
  name: string,
  check: HistoryCommand['check'],
  execute: (run: HistoryRun) => Promise<void>,
): HistoryCommand {
  let text = name
  return {
    check,
    async run(run) {
      const { length } = run.said
      try {
        await execute(run)
      } finally {
        text = run.said.slice(length).join('; ') || text
      }
    },
    toString: () => text,
  }
}

function singleCommand(chosen: Chosen, options: StepOptions, isSecond = false): HistoryCommand {
  const { operation, choice } = chosen
  return createCommand(
    operation.name,
    (run) => {
      coverageOf(run.coverage, operation.name).chosen += 1
      const view = viewOf(run, databaseOf(run, isSecond), { peek: true })
      return operation.resolve(view, choice) !== undefined
    },
    (run) => runStep(run, databaseOf(run, isSecond), chosen, options),
  )
}

const chosenOf = (from: readonly Operation[]): fc.Arbitrary<Chosen> =>
  fc.oneof(
    ...from.map((operation) => ({
      weight: operation.weight,
      arbitrary: operation.choices.map((choice): Chosen => ({ operation, choice })),
    })),
  )

/** Some time passes before most commands, and none before others. */
const micros = fc.constantFrom(0, 1, 1, 1000, 60_000_000)

const single = fc
  .tuple(chosenOf(allOperations), isSecond, micros)
  .map(([chosen, second, micros]) => singleCommand(chosen, { micros }, second))

const withinTransaction = allOperations.filter((one) => one.fitsTransaction)

/** The operations that may leave something half done, with equal weights. */
const writing = withinTransaction
  .filter((one) => !one.isReading && !one.isHosts)
  .map((one): Operation => ({ ...one, weight: 1 }))

const failing = fc
  .record({
    chosen: chosenOf(writing),
    failAt: fc.constantFrom(0, 1, 2, 2, 3, 3, 4, 5, 6),
    failWith: fc.constantFrom('57014', '57014', '57014', '40001'),
    micros,
  })
  .map(({ chosen, ...options }) => singleCommand(chosen, options))

const inTransaction = fc
  .tuple(
    fc.array(chosenOf(withinTransaction), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(false, false, true),
  )
  .map(([parts, commits]) =>
    createCommand(
      'a transaction',
      () => true,
      (run) => runTransaction(run, databaseOf(run, false), parts, commits),
    ),
  )

const commandsMaxDefault = 50

/**
 * Options of {@link history}.
 *
 * @example
 * ```ts
 * const options: HistoryOptions = { commandsMax: 12 }
 * fc.sample(history(options), 1)
 * ```
 */
export interface HistoryOptions {
  /** The most commands of one history; 50 by default, which is 25 on average. */
  readonly commandsMax?: number
  /** The commands that a shrunk history has left, as fast-check prints them. */
  readonly replayPath?: string
}

/**
 * Random histories of workspaces, agents, chats and drift, for `openHistoryRunner`. They shrink to
 * the commands that are needed to break a law.
 *
 * @example
 * ```ts
 * await using runner = await openHistoryRunner()
 * await fc.assert(fc.asyncProperty(history({ commandsMax: 10 }), (made) => runner.run(made)))
 * ```
 */
export function history({ commandsMax = commandsMaxDefault, replayPath }: HistoryOptions = {}) {
  const one = fc.oneof(
    { weight: 24, arbitrary: single },
    { weight: 7, arbitrary: failing },
    { weight: 1, arbitrary: inTransaction },
  )
  const made = fc.commands<HistoryRun, HistoryRun>([one as never], {
    maxCommands: commandsMax,
    size: 'max',
    replayPath,
  })
  // With a bias, most histories would be too short.
  return fc.noBias(made) as fc.Arbitrary<Iterable<HistoryCommand>>
}
