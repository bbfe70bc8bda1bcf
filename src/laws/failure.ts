import type { HistoryCommand } from './history.js'
import type { Finding } from './law.js'
import { LawBroken } from './law-broken.js'
import { findingOf, nameFindings } from './render-findings.js'
import { createWorld, type HistorySetting, openingSteps } from './run-history.js'
import { inSecond, type World, withNames } from './world.js'

/**
 * What a history broke.
 *
 * @example
 * ```ts
 * const title = ({ law, findings }: Broken) => `${law?.name ?? 'no law'}: ${findings[0]?.what}`
 * ```
 */
export interface Broken {
  /** Undefined when something else went wrong, such as an error that no operation should throw. */
  readonly law:
    | { readonly number: number; readonly name: string; readonly says: string }
    | undefined
  /** The shrunk history, a line a command. */
  readonly history: readonly string[]
  /** Whether it is the beginning itself, which every history has, that is in the history. */
  readonly isBeginning: boolean
  /** What is not as it should be, at most twenty of it. */
  readonly findings: readonly Finding[]
}

/**
 * A law that a random history broke, and how to see it again.
 *
 * @example
 * ```ts
 * const { failure } = await checkHistories({ seed: 1, runs: 4 })
 * const replay = ({ seed, path, replayPath }: Failure) => ({ seed, path, replayPath })
 * if (failure) await checkHistories(replay(failure))
 * ```
 */
export interface Failure extends Broken {
  /** What the histories were made from. */
  readonly seed: number
  /** Which of them, and how it was shrunk. */
  readonly path: string
  /** Which of its commands are left. */
  readonly replayPath: string
  /** What `driftpin fuzz` has to be told beside seed and path, so that they mean the same. */
  readonly flags: readonly string[]
  /** How to look at the database that it left. */
  readonly kept: string
}

/**
 * Runs the shrunk history once more, for its words and its database.
 *
 * @param found.attempt Runs it, and tells in which world before anything happens there.
 */
export async function failureOf(
  setting: HistorySetting,
  found: {
    readonly attempt: (onWorld: (world: World) => void) => Promise<void>
    readonly keep: () => Promise<string>
    readonly commands: Iterable<HistoryCommand>
    readonly error: unknown
    readonly seed: number
    readonly path: string
    readonly flags: readonly string[]
    readonly isDouble: boolean
  },
): Promise<Failure> {
  const { commands, seed, path, flags, isDouble, attempt } = found
  let world = createWorld(setting)
  const again = await attempt((fresh) => {
    world = fresh
  }).catch((error: unknown) => error)
  const error = again ?? found.error
  const findings = findingsOf(error)
  if (again === undefined && !isDouble) {
    findings.unshift({ what: 'Run once more, this history broke nothing: it is not deterministic' })
  }
  return {
    ...brokenIn(world, error, findings),
    seed,
    path,
    flags,
    replayPath: /replayPath="([^"]*)"/.exec(String(commands))?.[1] ?? '',
    kept: await found.keep(),
  }
}

/** What happened in a world, with names in place of ids. */
export function brokenIn(
  world: World,
  error: unknown,
  findings: readonly Finding[] = findingsOf(error),
): Broken {
  return {
    law: error instanceof LawBroken ? error.law : undefined,
    ...historyOf(world.said),
    findings: nameFindings(findings, (text) => withNames(world, text)),
  }
}

/** The lines after the beginning, or those of the beginning where nothing came after it. */
function historyOf(said: readonly string[]): Pick<Broken, 'history' | 'isBeginning'> {
  const later = said.slice(openingSteps * 2)
  if (later.length > 0) return { history: later, isBeginning: false }
  const isFirst = said.length === openingSteps * 2 || !said.at(-1)?.startsWith(inSecond)
  const history = said.filter((line) => line.startsWith(inSecond) !== isFirst)
  return { history, isBeginning: true }
}

function findingsOf(error: unknown): Finding[] {
  if (error instanceof LawBroken) return [...error.findings]
  return [findingOf(error)]
}
