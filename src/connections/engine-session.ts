import type { EngineUser } from './engine-turns.js'
import type { ListenCommand } from './listen-commands.js'
import type { Notification } from './scan-answer.js'
import type { SessionState } from './session-state.js'
import type { WireError } from './wire-error.js'

/** One of those who share the engine, and what they take for their own session. */
export interface EngineSession extends EngineUser {
  /** How others see it: the number of a process. */
  readonly pid: number
  /** What it is doing, in the words of `pg_stat_activity`. */
  readonly activity: string
  lastStatement: string | undefined
  state: SessionState
  /** What RESET goes back to, of what its client has asked for at the start. */
  defaults: ReadonlyMap<string, string>
  /** Whether its state may be another than was read last. */
  mayHaveChanged: boolean
  /** Settings with a dot in their name that it may have made up. */
  readonly customNames: Set<string>
  readonly channels: Set<string>
  /** What it asked for in the transaction that is open. */
  readonly listenCommands: ListenCommand[]
  /** Whether it went back to the user that it started as. */
  resetsUser: boolean
  /** Whether another had the engine since its beginning. */
  hasBeenAway: boolean
  /** What takes away what it made for its session alone. */
  removals: readonly string[]
  hear(notification: Notification): void
  /** Ends it, from outside. */
  terminate(error: WireError): void
}

/** The values of a session that were found when its state was read. */
export type Reported = ReadonlyMap<string, string>
