import fc from 'fast-check'
import { commands } from './commands/index.js'
import { coverageOf } from './coverage.js'
import type { Command } from './move.js'
import { runStep, type StepOptions } from './run-step.js'
import { runTransaction } from './run-transaction.js'
import { viewOf, type World } from './world.js'

/**
 * A command of a history, as fast-check runs and shrinks it.
 *
 * @example
 * ```ts
 * const say = (commands: Iterable<HistoryCommand>) => [...commands].map(String).join('\n')
 * console.log(say(fc.sample(history(), 1)[0]!))
 * ```
 */
export type HistoryCommand = fc.AsyncCommand<World, World>

/** A command and its choices, which mean something only in the state that a database is in. */
export interface Chosen {
  readonly command: Command
  readonly choice: unknown
}

/** The second installation is there to be left alone, and sees a tenth of what happens. */
const secondOutOf = 10

const isSecond = fc.nat(secondOutOf - 1).map((one) => one === secondOutOf - 1)

const siteOf = ({ installs }: World, second: boolean) => installs[second ? 1 : 0]

class OneCommand implements HistoryCommand {
  readonly chosen: Chosen
  readonly second: boolean
  readonly options: StepOptions
  /** What it came to when it was last run. */
  #said: string | undefined

  constructor(chosen: Chosen, { second = false, ...options }: StepOptions & { second?: boolean }) {
    this.chosen = chosen
    this.second = second
    this.options = options
  }

  check(world: Readonly<World>): boolean {
    const { command, choice } = this.chosen
    coverageOf(world.coverage, command.name).chosen += 1
    const view = viewOf(world, siteOf(world, this.second), { peek: true })
    return command.aim(view, choice) !== undefined
  }

  async run(world: World): Promise<void> {
    const { command, choice } = this.chosen
    const { length } = world.said
    try {
      await runStep(world, siteOf(world, this.second), command, choice, this.options)
    } finally {
      this.#said = world.said[length]
    }
  }

  toString(): string {
    return this.#said ?? this.chosen.command.name
  }
}

class InTransaction implements HistoryCommand {
  readonly parts: readonly Chosen[]
  readonly commits: boolean
  #said: readonly string[] = ['a transaction']

  constructor(parts: readonly Chosen[], commits: boolean) {
    this.parts = parts
    this.commits = commits
  }

  check(): boolean {
    return true
  }

  async run(world: World): Promise<void> {
    const { length } = world.said
    try {
      await runTransaction(world, siteOf(world, false), this.parts, this.commits)
    } finally {
      this.#said = world.said.slice(length)
    }
  }

  toString(): string {
    return this.#said.join('; ')
  }
}

const chosenOf = (from: readonly Command[]): fc.Arbitrary<Chosen> =>
  fc.oneof(
    ...from.map((command) => ({
      weight: command.weight,
      arbitrary: command.choices.map((choice): Chosen => ({ command, choice })),
    })),
  )

/** Some time passes before most commands; what happens at one moment is of interest too. */
const micros = fc.constantFrom(0, 1, 1, 1000, 60_000_000)

const single = fc
  .tuple(chosenOf(commands), isSecond, micros)
  .map(([chosen, second, micros]): HistoryCommand => new OneCommand(chosen, { second, micros }))

const withinTransaction = commands.filter((one) => one.fitsTransaction)

/** The operations that may leave half of something, equally: a reading has nothing to undo. */
const writing = withinTransaction
  .filter((one) => !one.isReading && !one.isHosts)
  .map((one): Command => ({ ...one, weight: 1 }))

const failing = fc
  .record({
    chosen: chosenOf(writing),
    failAt: fc.constantFrom(0, 1, 2, 2, 3, 3, 4, 5, 6),
    failWith: fc.constantFrom('57014', '57014', '57014', '40001'),
    micros,
  })
  .map(({ chosen, ...options }): HistoryCommand => new OneCommand(chosen, options))

const inTransaction = fc
  .tuple(
    fc.array(chosenOf(withinTransaction), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.constantFrom(false, false, true),
  )
  .map(([parts, commits]): HistoryCommand => new InTransaction(parts, commits))

const commandsMaxDefault = 50

/**
 * What one history may have.
 *
 * @example
 * ```ts
 * const options: HistoryOptions = { commandsMax: 12 }
 * fc.sample(history(options), 1)
 * ```
 */
export interface HistoryOptions {
  /** The most commands of one history; 50 by default, so that they have 25 on average. */
  readonly commandsMax?: number
  /** What fast-check printed of the commands that a shrunk history has left. */
  readonly replayPath?: string
}

/**
 * Random histories of workspaces, agents, chats and drift, for `openHistoryRunner`. They shrink to
 * the commands without which nothing breaks.
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
  const made = fc.commands<World, World>([one as never], {
    maxCommands: commandsMax,
    size: 'max',
    ...(replayPath !== undefined && { replayPath }),
  })
  // With a bias most histories would be too short for anything to happen in them.
  return fc.noBias(made) as fc.Arbitrary<Iterable<HistoryCommand>>
}
