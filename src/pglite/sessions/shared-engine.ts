import type { PGlite } from '@electric-sql/pglite'
import { changeState, Queue } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { watchForCrash } from '../patch-pglite.js'
import { useServerSearchPath } from '../pglite-internals.js'
import { untilInputHasArrived } from './client-link.js'
import { EngineCalls } from './engine-calls.js'
import { EngineSession } from './engine-session.js'
import { SessionKeeper } from './session-keeper.js'
import { engineCrashed, fatal, sessionEnded, WireError } from './wire-error.js'

/** Read before a test fakes it. */
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
  readonly queue = new Queue<EngineSession>()
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
    this.direct = new EngineSession(this.nextPid())
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

  /**
   * Runs work while a session has the engine, which then has the state of the session.
   *
   * @param keepsEngine Whether the session keeps the engine after the work.
   */
  async run<T>(
    session: EngineSession,
    work: () => Promise<T>,
    keepsEngine: () => boolean,
  ): Promise<T> {
    const taking = this.take(session)
    if (taking)
      await (session.client ? taking : taking.catch(withStack(new Error('asked for here'))))
    try {
      if (!this.sessions.has(session)) throw sessionEnded()
      const entering = this.#enter(session)
      if (entering) await entering
      // A request from before a rewind must not run after it.
      if (!this.sessions.has(session)) throw sessionEnded()
      return await work()
    } finally {
      const isOpen = this.sessions.has(session)
      if (!isOpen) this.rollBackNow()
      this.queue.release(session, isOpen && !this.isBroken && keepsEngine())
    }
  }

  /** Restores the state of a session, which has the turn, in the engine. */
  #enter(session: EngineSession): Promise<void> | undefined {
    if (this.isBroken) throw engineCrashed()
    const crash = this.#crash()
    if (crash !== undefined) throw this.breakDown(crash)
    return this.keeper.enter(session)
  }

  /** Removes what a session leaves behind. It has the turn, and cannot be used afterwards. */
  async cleanUp(session: EngineSession): Promise<void> {
    if (this.isInTransaction) await this.query('ROLLBACK')
    try {
      await this.#enter(session)
      if (session.mayHaveChanged) await this.keeper.read(session)
    } catch (error) {
      // A session whose state cannot be restored is removed nevertheless.
      if (this.isBroken) throw error
    }
    await this.keeper.remove(session)
    this.sessions.delete(session)
    if (session.channels.size > 0) await this.keeper.listening.settle(session)
  }

  override breakDown(cause: unknown): WireError {
    const error = super.breakDown(cause)
    this.queue.fail(error)
    for (const { client } of [...this.sessions]) client?.terminate(error)
    return error
  }

  /** Ends the clients before a rewind in place, except those that lose nothing by it. */
  async endForRewind(): Promise<void> {
    const error = rewound()
    this.epoch = {}
    // The clients of a pool are ended first, or their requests would still run.
    this.#end(
      this.clients.filter(({ client }) => !client!.keepsIdle),
      error,
    )
    if (this.clients.length > 0) {
      await untilInputHasArrived()
      // What the last client has changed is known when another session uses the engine.
      const isFree = !this.queue.owner && !this.isBroken && !this.isInTransaction
      if (isFree) await this.pglite.query('SELECT').catch(() => {})
    }
    this.reset(error, 'rewound')
    await this.#untilQuiet()
  }

  /** Ends all clients of a PGlite that is replaced. */
  async endClients(): Promise<void> {
    this.reset(rewound(), 'ended')
    await this.#untilQuiet()
  }

  /** Whether a client runs a statement or has a transaction open. */
  get hasBusyClient(): boolean {
    const { owner } = this.queue
    return owner !== undefined && owner !== this.direct
  }

  /** Whether the engine has, or may have, anything that is only for this session. */
  hasOwn(session: EngineSession): boolean {
    const { mayHaveChanged, removals, channels } = session
    const isHolder = this.keeper.locks.isHeldBy(session)
    return mayHaveChanged || isHolder || removals.length > 0 || channels.size > 0
  }

  /** Whether a rewind takes nothing from a session that its client may rely on. */
  #survivesRewind(session: EngineSession): boolean {
    const { client, startState, state } = session
    const isUnchanged = !this.hasOwn(session) && changeState(startState, state) === ''
    return client!.keepsIdle && isUnchanged && client!.isIdle
  }

  /**
   * Ends the sessions of clients, and takes the session of the engine as that of direct calls.
   *
   * @param how After a rewind, a client that has lost nothing continues. When the database is
   * closed, an idle client may get the error later.
   */
  reset(error: WireError, how: 'ended' | 'closed' | 'rewound'): void {
    this.epoch = {}
    this.#end(
      this.clients.filter((one) => how !== 'rewound' || !this.#survivesRewind(one)),
      error,
      how,
    )
    this.generation++
    this.unnamedOf = undefined
    this.keeper.locks.begin(undefined)
    // New clients have their own limit.
    this.waitMsMax = waitMsMaxDefault
    this.keeper.reset()
  }

  #end(sessions: readonly EngineSession[], error: WireError, how = 'ended'): void {
    const { owner, isKept } = this.queue
    if (isKept && sessions.some((one) => one === owner)) this.rollBackNow()
    for (const session of sessions) {
      this.sessions.delete(session)
      this.queue.drop(session, error)
      this.keeper.locks.cancel(session, error)
      if (how === 'closed') session.client!.close(error)
      else session.client!.terminate(error)
    }
  }

  /** Continues with what a rewind has put into the engine: the session of direct calls. */
  continueAfterRewind(): void {
    // The memory may be older than the first client.
    useServerSearchPath(this.pglite)
    this.keeper.reset()
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

const rewound = () => fatal('57P01', 'terminating connection: the database was rewound')

/** The error of a session that has waited too long for the engine. */
function engineIsTaken(owner: EngineSession, waitedMs: number): WireError {
  const last = owner.lastStatement ?? 'nothing yet'
  return new WireError('ERROR', {
    code: '55P03',
    message: `waited ${Math.round(waitedMs)} ms for the only session, which ${owner.label} has`,
    detail: `Its last statement was: ${last}`,
    hint:
      'Transactions take turns on a PGlite: end the one that is open, or do not wait for another ' +
      `client inside it. The last statement of ${owner.label} was: ${last.slice(0, 200)}`,
  })
}

/** Adds the stack of the caller, which that of an error from a timer does not contain. */
function withStack(asked: Error): (error: unknown) => never {
  return (error) => {
    if (error instanceof Error) {
      error.stack = `${error.name}: ${error.message}\n${asked.stack?.replace(/^.*\n/, '')}`
    }
    throw error
  }
}
