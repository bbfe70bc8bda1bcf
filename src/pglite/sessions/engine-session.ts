import type { ListenCommand } from '../../database/index.js'
import type { Notification } from './engine-calls.js'
import { emptyState, type SessionState } from './session-state.js'
import type { EngineUser, WireError } from './wire-error.js'

/** One of those who share the engine, and what they take for their own session. */
export abstract class EngineSession implements EngineUser {
  /** How others see it: the number of a process. */
  abstract readonly pid: number
  abstract readonly label: string
  /** What it is doing, in the words of `pg_stat_activity`. */
  abstract readonly activity: string
  lastStatement: string | undefined
  state: SessionState = emptyState
  /** What RESET goes back to, of what its client has asked for at the start. */
  defaults: ReadonlyMap<string, string> = new Map()
  /** Whether its state may be another than was read last. */
  mayHaveChanged = false
  /** Settings with a dot in their name that it may have made up. */
  readonly customNames = new Set<string>()
  readonly channels = new Set<string>()
  /** What it asked for in the transaction that is open. */
  readonly listenCommands: ListenCommand[] = []
  /** Whether it went back to the user that it started as. */
  resetsUser = false
  /** Whether another had the engine since its beginning. */
  hasBeenAway = false
  /** What takes away what it made for its session alone. */
  removals: readonly string[] = []
  abstract hear(notification: Notification): void
  /** Ends it, from outside. */
  abstract terminate(error: WireError): void
  /** Ends it when the database is closed; a client that is idle may be told later. */
  abstract close(error: WireError): void
  /** Whether it may go on after a rewind, if it loses nothing by it. */
  abstract readonly isGentle: boolean
  /** Whether a rewind takes nothing from it that its client may rely on. */
  abstract goOn(): boolean
}
