import type { PGlite } from '@electric-sql/pglite'
import { Queue } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { watchForCrash } from '../patch-pglite.js'
import { useServerSearchPath } from '../pglite-internals.js'
import { untilInputHasArrived } from './client-link.js'
import { EngineCalls } from './engine-calls.js'
import { DirectSession, type EngineSession } from './engine-session.js'
import { SessionKeeper } from './session-keeper.js'
import { type EngineUser, engineCrashed, engineIsTaken, WireError } from './wire-error.js'

/** Taken before a test fakes it. */
const { setTimeout } = globalThis

const waitMsMaxDefault = 30_000

/** The longest time that an ended client may take to finish its statement. */
const quietMsMax = 2000

/**
 * Shares one PGlite, which has one session, between several users with a session each. They use the
 * engine one after the other. Changes of a user's session are undone before the next user.
 */
export class SharedEngine extends EngineCalls {
  /** Gives the engine to one session at a time. */
  readonly queue = new Queue<EngineUser>()
  readonly sessions = new Set<EngineSession>()
  readonly direct: EngineSession
  readonly keeper: SessionKeeper
  /** A new object after each rewind: requests from before a rewind must not run after it. */
  epoch: object = {}
  /** How long a session waits for the engine. */
  waitMsMax = waitMsMaxDefault
  #pids = 1000
  /** The cause of a crash of the engine, also in a call of PGlite itself. */
  #crash: () => unknown = () => undefined

  constructor(pglite: PGlite) {
    super(pglite)
    const prepare = () => {
      this.#crash = watchForCrash(pglite)
      useServerSearchPath(pglite)
    }
    if (pglite.ready) prepare()
    else {
      // If the engine does not start, its first user gets the error.
      void pglite.waitReady.then(prepare, () => {})
    }
    this.direct = new DirectSession(this.nextPid())
    this.sessions.add(this.direct)
    this.keeper = new SessionKeeper(this, this.sessions, this.direct)
    // A transaction may have been begun before the engine was shared.
    this.queue.begin(this.isInTransaction ? this.direct : undefined)
  }

  /** All sessions except that of direct calls of PGlite. */
  get clients(): EngineSession[] {
    return [...this.sessions].filter((session) => session !== this.direct)
  }

  /** A number that no session had before. */
  nextPid(): number {
    return ++this.#pids
  }

  /** Takes the engine for a session, at once if that is possible. */
  take(session: EngineSession, waitMsMax = this.waitMsMax): Promise<void> | undefined {
    return this.queue.take(session, { waitMsMax, onTimeout: engineIsTaken })
  }

  /** Puts the state of a session, which has the turn, into the engine. */
  enter(session: EngineSession): Promise<void> | undefined {
    if (this.isBroken) throw engineCrashed()
    const crash = this.#crash()
    if (crash !== undefined) throw this.breakDown(crash)
    return this.keeper.enter(session)
  }

  /** Removes what a session leaves behind. It has the turn, and cannot be used afterwards. */
  async cleanUp(session: EngineSession): Promise<void> {
    if (this.isInTransaction) await this.query('ROLLBACK')
    try {
      await this.enter(session)
      if (session.mayHaveChanged) await this.keeper.read(session)
    } catch (error) {
      // A state that cannot be restored goes all the same.
      if (this.isBroken) throw error
    }
    await this.keeper.takeAway(session)
    this.sessions.delete(session)
    if (session.channels.size > 0) await this.keeper.listening.settle(session)
  }

  override breakDown(cause: unknown): WireError {
    const error = super.breakDown(cause)
    this.queue.fail(error)
    for (const session of [...this.sessions]) session.terminate(error)
    return error
  }

  /** Ends the clients before a rewind in place, except those that lose nothing by it. */
  async endForRewind(): Promise<void> {
    const error = rewound()
    this.epoch = {}
    // The clients of a pool at once, or what they have asked for would still run.
    this.#end(
      this.clients.filter(({ isGentle }) => !isGentle),
      error,
    )
    if (this.clients.length > 0) {
      await untilInputHasArrived()
      await this.#lookAtLast().catch(() => {})
    }
    this.startAgain(error, 'rewound')
    await this.#untilQuiet()
  }

  /** Ends all clients of a PGlite that is replaced. */
  async endClients(): Promise<void> {
    this.startAgain(rewound(), 'ended')
    await this.#untilQuiet()
  }

  /** Whether a client runs a statement or has a transaction open. */
  get hasBusyClient(): boolean {
    const { owner } = this.queue
    return owner !== undefined && owner !== this.direct
  }

  /** What the last client has changed is known once another session has had its turn. */
  async #lookAtLast(): Promise<void> {
    if (this.queue.owner !== undefined || this.isBroken || this.isInTransaction) return
    await this.take(this.direct)
    try {
      await this.enter(this.direct)
    } finally {
      this.queue.release(this.direct, false)
    }
  }

  /**
   * Ends the sessions of clients, and begins anew with what is in the engine now.
   *
   * @param how After a rewind a client that has lost nothing goes on. When the database is closed,
   * an idle client may be told later.
   */
  startAgain(error: WireError, how: 'ended' | 'closed' | 'rewound'): void {
    this.epoch = {}
    this.#end(
      this.clients.filter((one) => how !== 'rewound' || !one.goOn()),
      error,
      how,
    )
    this.generation++
    this.unnamedOf = undefined
    this.keeper.locks.begin(undefined)
    // Clients that come now say for themselves how long they wait.
    this.waitMsMax = waitMsMaxDefault
    this.keeper.beginAnew()
  }

  #end(sessions: readonly EngineSession[], error: WireError, how = 'ended'): void {
    const { owner, isKept } = this.queue
    if (isKept && sessions.some((one) => one === owner)) this.rollBackNow()
    for (const session of sessions) {
      this.sessions.delete(session)
      this.queue.drop(session, error)
      this.keeper.locks.cancel(session, error)
      if (how === 'closed') session.close(error)
      else session.terminate(error)
    }
  }

  /** Goes on with what a rewind has put into the engine: the session of direct calls. */
  goOnRewound(): void {
    // The memory may be older than the first client.
    useServerSearchPath(this.pglite)
    this.keeper.beginAnew()
    this.queue.begin(this.isInTransaction ? this.direct : undefined)
  }

  /**
   * Gives the engine to the session of direct calls of PGlite: a mark records that session, and not
   * the one of a client.
   *
   * @throws DriftpinError `rewind_impossible` while a client has a transaction open.
   */
  async enterDirectSession(): Promise<void> {
    const { owner, isKept } = this.queue
    if (owner && owner !== this.direct && isKept) {
      throw new DriftpinError(
        'rewind_impossible',
        `A mark cannot be taken while ${owner.label} has a transaction open, after ` +
          `${owner.lastStatement}. End it first.`,
        { owner: owner.label, lastStatement: owner.lastStatement },
      )
    }
    // Any query takes the turn, and with it the session.
    if (owner !== this.direct) await this.pglite.query('SELECT')
  }

  /** Settles when no client that was ended runs anything any more. */
  async #untilQuiet(): Promise<void> {
    const until = performance.now() + quietMsMax
    while (this.hasBusyClient && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
}

const rewound = () =>
  new WireError('FATAL', {
    code: '57P01',
    message: 'terminating connection: the database was put back to where it was',
  })
