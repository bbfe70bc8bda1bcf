import type { PGlite } from '@electric-sql/pglite'
import { Queue } from '../../database/index.js'
import { stopAtCrash, useServerSearchPath } from '../patch-pglite.js'
import { AdvisoryLocks } from './advisory-locks.js'
import { failingBatch } from './batch.js'
import { untilInputHasArrived } from './client-link.js'
import {
  type Answer,
  executeMessages,
  isInTransaction,
  type OwnRow,
  runOwn,
  scanAnswer,
} from './engine-calls.js'
import type { EngineSession } from './engine-session.js'
import { Listening } from './listening.js'
import type { SharedStatements } from './prepared-statements.js'
import { queryMessage, syncMessage } from './protocol-messages.js'
import { SessionKeeper } from './session-keeper.js'
import { type EngineUser, engineIsTaken, isLeft, WireError } from './wire-error.js'

/** Taken before a test fakes it. */
const { setTimeout } = globalThis

const waitMsMaxDefault = 30_000

/**
 * One PGlite, which has one session, for many who each believe to have their own. They take turns;
 * what one of them changed for its session is taken back before another has its turn.
 */
export class SharedEngine {
  readonly pglite: PGlite
  /** Who has the engine: one session at a time. */
  readonly queue = new Queue<EngineUser>()
  readonly locks = new AdvisoryLocks()
  readonly listening: Listening
  readonly statements: SharedStatements = { generation: 0, unnamedOf: undefined }
  readonly sessions = new Set<EngineSession>()
  /** Another object after each rewind: what was asked for before it must not run after it. */
  epoch: object = {}
  /** How long anybody waits for a turn. */
  waitMsMax = waitMsMaxDefault
  /** The session of those who call PGlite's own methods. */
  readonly direct: EngineSession
  readonly keeper: SessionKeeper
  /** Settles with the cause once the engine has ended in the middle of something. */
  readonly crashed: Promise<unknown>
  #resolveCrashed: (cause: unknown) => void = () => {}
  #broken: unknown
  #pids = 1000

  /** @param openDirect Makes the session of those who call PGlite's own methods. */
  constructor(pglite: PGlite, openDirect: (engine: SharedEngine) => EngineSession) {
    this.pglite = pglite
    const prepare = () => {
      stopAtCrash(pglite)
      useServerSearchPath(pglite)
    }
    if (pglite.ready) prepare()
    else {
      // If the engine does not start, whoever uses it gets the error.
      void pglite.waitReady.then(prepare, () => {})
    }
    this.listening = new Listening(this)
    this.direct = openDirect(this)
    this.sessions.add(this.direct)
    this.keeper = new SessionKeeper(this)
    this.crashed = new Promise((resolve) => {
      this.#resolveCrashed = resolve
    })
  }

  /** All sessions but the one of PGlite's own callers. */
  get clients(): EngineSession[] {
    return [...this.sessions].filter((session) => session !== this.direct)
  }

  /** A number that no session had before. */
  nextPid = (): number => ++this.#pids

  get isBroken(): boolean {
    return this.#broken !== undefined
  }

  /** Takes the engine for a session, at once if that is possible. */
  take(session: EngineSession, waitMsMax = this.waitMsMax): Promise<void> | undefined {
    return this.queue.take(session, { waitMsMax, onTimeout: engineIsTaken })
  }

  /** Makes the session of the engine that of its next user, who has the turn. */
  enter(session: EngineSession): Promise<void> | undefined {
    if (this.#broken !== undefined) throw brokenEngine()
    return this.keeper.enter(session)
  }

  /**
   * Runs messages of the protocol for whoever has the turn.
   *
   * @param answerBytesMax Of a longer answer, only what ends it is kept.
   */
  async execute(
    messages: readonly Buffer[],
    answerBytesMax = Number.POSITIVE_INFINITY,
  ): Promise<Buffer[]> {
    try {
      return await executeMessages(this.pglite, messages, answerBytesMax)
    } catch (error) {
      // What PostgreSQL reports is in the answer: this is the end of the engine.
      throw this.breakDown(error)
    }
  }

  /** Looks through an answer, which is cut where the engine has ended in the middle of it. */
  scan(chunks: readonly Buffer[], hiddenParses: number): Answer {
    try {
      return scanAnswer(chunks, hiddenParses)
    } catch (error) {
      throw this.breakDown(error)
    }
  }

  /** Runs SQL of our own for whoever has the turn. */
  run(sql: string): Promise<OwnRow[]> {
    // It ends the statement without a name.
    this.statements.unnamedOf = undefined
    return runOwn(this.pglite, sql)
  }

  /** Takes away what a session leaves behind. It has the turn, and comes to nothing afterwards. */
  async cleanUp(session: EngineSession): Promise<void> {
    if (isInTransaction(this.pglite)) await this.run('ROLLBACK')
    try {
      await this.enter(session)
      if (session.mayHaveChanged) await this.keeper.read(session)
    } catch (error) {
      // What it had cannot be had again, and goes all the same.
      if (this.isBroken) throw error
    }
    await this.keeper.takeAway(session)
    this.sessions.delete(session)
    if (session.channels.size > 0) await this.listening.settle(session)
    // Whoever comes next finds it as it is, and changes it.
  }

  /** The engine ended in the middle of something; nobody can use it any more. */
  breakDown(cause: unknown): WireError {
    this.#broken ??= cause
    this.#resolveCrashed(cause)
    const error = brokenEngine()
    this.queue.fail(error)
    for (const session of [...this.sessions]) session.terminate(error)
    return error
  }

  /** Ends the sessions of clients before a rewind, but for those that lose nothing by it. */
  async endForRewind(error: WireError): Promise<void> {
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
  }

  /** What the last client has changed is known once another session has had its turn. */
  async #lookAtLast(): Promise<void> {
    const isFree = this.queue.owner === undefined && !this.isBroken
    if (!isFree || isInTransaction(this.pglite)) return
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
   * a client that is idle may be told later.
   */
  startAgain(error: WireError, how: 'ended' | 'closed' | 'rewound' = 'ended'): void {
    this.epoch = {}
    this.#end(
      this.clients.filter((one) => how !== 'rewound' || !one.goOn()),
      error,
      how,
    )
    this.statements.generation++
    this.statements.unnamedOf = undefined
    this.locks.free()
    // Those who come now say for themselves how long they wait.
    this.waitMsMax = waitMsMaxDefault
    this.keeper.beginAnew()
  }

  #end(sessions: readonly EngineSession[], error: WireError, how = 'ended'): void {
    const { owner, isKept } = this.queue
    if (isKept && sessions.some((one) => one === owner)) this.rollBackNow()
    for (const session of sessions) {
      this.sessions.delete(session)
      this.queue.drop(session, error)
      this.locks.cancel(session, error)
      if (how === 'closed') session.close(error)
      else session.terminate(error)
    }
  }

  /** Goes on with what a rewind has put into the engine, which is the state of PGlite's callers. */
  goOnRewound(): void {
    // The memory may be older than the first client.
    useServerSearchPath(this.pglite)
    this.keeper.beginAnew()
    this.queue.begin(isInTransaction(this.pglite) ? this.direct : undefined)
  }

  /** Ends a transaction at once, that nobody who waits for a turn is to find open. */
  rollBackNow(): void {
    if (this.isBroken || !isInTransaction(this.pglite)) return
    const rollBack = [...failingBatch([syncMessage], isLeft), queryMessage('ROLLBACK')]
    this.pglite.execProtocolRawSync(Buffer.concat(rollBack))
  }

  /** Settles when no client that was ended runs anything any more. */
  async untilQuiet(waitMsMax: number): Promise<void> {
    const until = performance.now() + waitMsMax
    const isBusy = () => this.queue.owner !== undefined && this.queue.owner !== this.direct
    while (isBusy() && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
}

const brokenEngine = () =>
  new WireError('FATAL', {
    code: '57P02',
    message: 'the engine crashed, so that nothing is known of what it did last',
    hint: 'Start another one. A transaction that was open is lost.',
  })
