import type { ListenCommand } from '../../database/index.js'
import type { Notification } from './answer.js'
import { emptyState, type Reported, type SessionState } from './session-state.js'
import type { EngineUser, WireError } from './wire-error.js'

/** A session of those that share the engine, as its user sees it. */
export abstract class EngineSession implements EngineUser {
  /** How others see it: the number of a process. */
  readonly pid: number
  abstract readonly label: string
  /** What it is doing, in the words of `pg_stat_activity`. */
  abstract readonly activity: string
  lastStatement: string | undefined
  state: SessionState = emptyState
  /** The values that RESET goes back to, of those that its client asked for at the start. */
  defaults: ReadonlyMap<string, string> = new Map()
  /** The settings that its client was told of. */
  reported: Reported = new Map()
  /** Whether its state may differ from what was read last. */
  mayHaveChanged = false
  /** Settings with a dot in their name that it may have made up. */
  readonly customNames = new Set<string>()
  readonly channels = new Set<string>()
  /** What it asked for in the open transaction. */
  readonly listenCommands: ListenCommand[] = []
  /** Notifications that arrived while a batch runs, to be sent before its end. */
  readonly heard: Buffer[] = []
  /** Whether it went back to the user that it started as. */
  resetsUser = false
  /** Whether another session had the engine since its beginning. */
  hasBeenAway = false
  /** SQL that removes what it made for its session alone. */
  removals: readonly string[] = []
  /** Whether a rewind ends its client only if the client loses something by it. */
  abstract readonly isGentle: boolean

  constructor(pid: number) {
    this.pid = pid
  }

  abstract hear(notification: Notification): void
  /** Ends it from outside. */
  abstract terminate(error: WireError): void
  /** Ends it when the database is closed; an idle client may be told later. */
  abstract close(error: WireError): void
  /** Whether a rewind takes nothing from it that its client may rely on. */
  abstract goOn(): boolean
}

/** The session of all code that calls PGlite's own methods. It hears through PGlite. */
export class DirectSession extends EngineSession {
  readonly label = 'code that calls PGlite itself'
  readonly activity = 'active'
  readonly isGentle = true
  // It existed before the engine was shared.
  override mayHaveChanged = true

  hear(): void {}
  terminate(): void {}
  close(): void {}
  goOn(): boolean {
    return true
  }
}
