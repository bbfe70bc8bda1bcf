import { emptyState, type ListenCommand, type SessionState } from '../../database/index.js'
import type { Reported } from './session-state.js'
import type { WireError } from './wire-error.js'

/** The connection of a client, as its session and the engine use it. */
export interface Client {
  /** Whether it has sent nothing, and waits for nothing. */
  readonly isIdle: boolean
  /**
   * Whether an idle client is kept: after a rewind it continues, and when the database is closed it
   * gets the error with its next statement or a moment later. Some drivers end the process when
   * they receive an error between statements.
   */
  readonly keepsIdle: boolean
  /** Sends a notification that arrives while none of its statements runs. */
  notify(bytes: Buffer): void
  /** Ends it with an error. */
  terminate(error: WireError): void
  /** As `terminate`, when the database is closed. */
  close(error: WireError): void
}

/** A session of those that share the engine, as its user sees it. */
export class EngineSession {
  /** How others see it: the number of a process. */
  readonly pid: number
  /** Undefined for the session of all code that calls PGlite's own methods. */
  readonly client: Client | undefined
  lastStatement: string | undefined
  state: SessionState = emptyState
  /** The state that its client started with. */
  startState: SessionState = emptyState
  /** The values that RESET goes back to, of those that its client asked for at the start. */
  defaults: ReadonlyMap<string, string> = new Map()
  /** The settings that its client was told of. */
  reported: Reported = new Map()
  /** Whether its state may differ from what was read last. */
  mayHaveChanged = false
  /** Settings with a dot in their name that it may have created. */
  readonly customNames = new Set<string>()
  readonly channels = new Set<string>()
  /** The LISTEN and UNLISTEN commands of the open transaction. */
  readonly listenCommands: ListenCommand[] = []
  /** Whether a batch of its client runs or waits for the engine. */
  isRunning = false
  /** Notifications that arrived while a batch runs, to be sent before its end. */
  readonly notifications: Buffer[] = []
  /** Whether it went back to the user that it started as. */
  resetsUser = false
  /** Whether another session had the engine since its beginning. */
  hasBeenAway = false
  /** SQL that removes what it made for its session alone. */
  removals: readonly string[] = []

  constructor(pid: number, client?: Client) {
    this.pid = pid
    this.client = client
  }

  /** Its name in error messages. */
  get label(): string {
    if (!this.client) return 'code that calls PGlite itself'
    const name = this.state.settings.get('application_name')
    return name ? `session ${this.pid} (${name})` : `session ${this.pid}`
  }

  /** What it is doing, in the words of `pg_stat_activity`. */
  get activity(): string {
    return 'active'
  }

  /** Passes a notification on to the client. PGlite itself calls the listeners of direct calls. */
  receive(notification: Buffer): void {
    const own = Buffer.from(notification)
    if (this.isRunning) this.notifications.push(own)
    else this.client?.notify(own)
  }
}
