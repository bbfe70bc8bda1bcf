/**
 * How often a command was chosen, and with which result.
 *
 * @example
 * ```ts
 * const share = ({ refused, done }: CommandCoverage) => refused / Math.max(done + refused, 1)
 * ```
 */
export interface CommandCoverage {
  /** How often it was in a history. */
  chosen: number
  /** How often the state had something that it could be applied to. */
  done: number
  /** How often it was refused, as the model predicted. */
  refused: number
  /** How often a failure was injected into it. */
  failed: number
  /** By variant, such as what a push repeats, or the limit that it is at. */
  readonly variants: Map<string, number>
}

/**
 * What the histories exercised, by command.
 *
 * @example
 * ```ts
 * const { coverage } = await checkHistories({ seed: 1, runs: 4 })
 * const never = (all: Coverage) => [...all].filter(([, { done }]) => done === 0)
 * console.log(never(coverage))
 * ```
 */
export type Coverage = Map<string, CommandCoverage>

export function coverageOf(coverage: Coverage, command: string): CommandCoverage {
  const known = coverage.get(command)
  if (known) return known
  const made = { chosen: 0, done: 0, refused: 0, failed: 0, variants: new Map() }
  coverage.set(command, made)
  return made
}
