import type { PGlite } from '@electric-sql/pglite'
import { AdvisoryLocks } from './advisory-locks.js'
import { DirectSession } from './direct-session.js'
import type { EngineSession, Reported } from './engine-session.js'
import { EngineTurns } from './engine-turns.js'
import { executeMessages } from './execute-messages.js'
import { listenCommandsIn } from './listen-commands.js'
import { Listening } from './listening.js'
import {
  customNamesIn,
  mayChangeSession,
  resetsUser,
  SetterFunctions,
} from './may-change-session.js'
import { type OwnRow, runOwn } from './run-own.js'
import { type Answer, scanAnswer } from './scan-answer.js'
import {
  changeState,
  emptyState,
  type FoundState,
  readState,
  resetUser,
  type SessionState,
} from './session-state.js'
import type { SharedStatements } from './statement-names.js'
import { stopAtCrash } from './stop-at-crash.js'
import { WireError } from './wire-error.js'

/** More than a project makes up; a session that lasts for weeks must not gather them. */
const customNamesMax = 200

const engines = new WeakMap<PGlite, SharedEngine>()

/** The one that all share who use this PGlite. */
export function sharedEngineOf(pglite: PGlite): SharedEngine {
  const known = engines.get(pglite)
  if (known) return known
  const engine = new SharedEngine(pglite)
  engines.set(pglite, engine)
  return engine
}

/** The one that is shared already, if any. */
export const findSharedEngine = (pglite: PGlite): SharedEngine | undefined => engines.get(pglite)

/**
 * One PGlite, which has one session, for many who each believe to have their own. They take turns;
 * what one of them changed for its session is taken back before another has its turn.
 */
export class SharedEngine {
  readonly pglite: PGlite
  readonly turns = new EngineTurns()
  readonly locks = new AdvisoryLocks()
  readonly listening: Listening
  readonly statements: SharedStatements = { generation: 0, unnamedOf: undefined }
  readonly sessions = new Set<EngineSession>()
  /** How long anybody waits for a turn. */
  waitMsMax = 30_000
  readonly direct: DirectSession
  readonly #setters = new SetterFunctions()
  /** Whose state the engine's session has. */
  #current: EngineSession | undefined
  #applied: SessionState = emptyState
  #broken: unknown
  #pids = 1000

  constructor(pglite: PGlite) {
    this.pglite = pglite
    stopAtCrash(pglite)
    this.listening = new Listening(this)
    this.direct = new DirectSession(this)
    this.sessions.add(this.direct)
    this.#current = this.direct
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

  /** Makes the session of the engine that of its next user, who has the turn. */
  enter(session: EngineSession): Promise<void> | undefined {
    if (this.#broken !== undefined) throw brokenEngine()
    return this.#current === session ? undefined : this.#change(session)
  }

  async #change(session: EngineSession): Promise<void> {
    const before = this.#current
    if (before) await this.#leave(before)
    // What a function sets under a name that nobody knows has to go, too.
    const sql = changeState(this.#applied, session.state, this.#setters.exist)
    try {
      if (sql !== '') await this.run(sql)
    } catch (error) {
      await this.#reset()
      throw new WireError('FATAL', {
        code: '57P01',
        message: `the session cannot be gone on with: ${(error as Error).message}`,
        hint: 'What it had set is not possible any more. Connect again.',
      })
    }
    this.#current = session
    this.#applied = session.state
  }

  /** Looks at what the last user has left its session at. */
  async #leave(before: EngineSession): Promise<void> {
    try {
      await this.#lookForSetters(before)
      if (before.mayHaveChanged) await this.read(before)
      // It ended before anybody had looked.
      if (!this.sessions.has(before)) await this.#takeAway(before)
    } catch (error) {
      if (before === this.direct) throw error
      // What cannot be read cannot be put back, which nobody but this session has to suffer for.
      this.sessions.delete(before)
      before.terminate(
        new WireError('FATAL', {
          code: '57P01',
          message: `the state of the session cannot be read: ${(error as Error).message}`,
        }),
      )
      await this.#reset()
    }
  }

  /** To what a session has that was just begun. */
  async #reset(): Promise<void> {
    await this.run(resetUser)
    await this.run('RESET ROLE')
    await this.run('RESET ALL')
    // Of all clients, who prepare theirs again when they need them.
    await this.run('DEALLOCATE ALL')
    this.statements.generation++
    this.#current = undefined
    this.#applied = emptyState
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

  /**
   * Takes note of what a session is about to run.
   *
   * @returns Whether it may change the session in a way that its client is to be told of.
   */
  note(session: EngineSession, sql: readonly string[]): boolean {
    let isTold = false
    for (const text of sql) {
      this.#setters.note(text)
      if (!mayChangeSession(text)) continue
      isTold = true
      session.resetsUser ||= resetsUser(text)
      this.#addNames(session, customNamesIn(text))
      session.listenCommands.push(...listenCommandsIn(text))
    }
    if (isTold) session.mayHaveChanged = true
    return isTold
  }

  /** Functions of the project may have changed the session, which no statement shows. */
  async #lookForSetters(session: EngineSession): Promise<void> {
    const names = await this.#setters.look(this)
    if (!this.#setters.exist) return
    session.mayHaveChanged = true
    this.#addNames(session, names)
  }

  #addNames(session: EngineSession, names: readonly string[]): void {
    for (const name of names) {
      if (session.customNames.size < customNamesMax) session.customNames.add(name)
    }
  }

  /** Reads the state of the session that has the turn; no transaction is open. */
  async read(session: EngineSession): Promise<Reported> {
    const found = await this.#readOnce(session)
    // The engine goes back to its own values, of which a client with others knows nothing.
    const lost = [...session.defaults].filter(([name]) => !found.settings.has(name))
    if (lost.length === 0) return found.reported
    await this.run(
      changeState(session.state, {
        settings: new Map([...session.state.settings, ...lost]),
        prepared: session.state.prepared,
      }),
    )
    return (await this.#readOnce(session)).reported
  }

  async #readOnce(session: EngineSession): Promise<FoundState> {
    if (session.resetsUser) await this.run(resetUser)
    session.resetsUser = false
    const found = await readState(this, session.customNames)
    session.state = { settings: found.settings, prepared: found.prepared }
    session.removals = found.removals
    session.mayHaveChanged = false
    this.#applied = session.state
    await this.listening.settle(session, found.channels)
    this.locks.note(session, found.holdsLocks)
    return found
  }

  /**
   * Takes away what a session leaves behind. It has the turn, and comes to nothing afterwards.
   *
   * @param isInTransaction Whether a transaction is to be rolled back first.
   */
  async cleanUp(session: EngineSession, isInTransaction: boolean): Promise<void> {
    if (isInTransaction) await this.run('ROLLBACK')
    if (this.#current !== session) await this.enter(session)
    if (session.mayHaveChanged) await this.read(session)
    await this.#takeAway(session)
    this.sessions.delete(session)
    if (session.channels.size > 0) await this.listening.settle(session)
    // Whoever comes next finds it as it is, and changes it.
  }

  async #takeAway(session: EngineSession): Promise<void> {
    for (const removal of session.removals) await this.run(removal).catch(() => {})
    if (this.locks.holder !== session) return
    await this.run('SELECT pg_catalog.pg_advisory_unlock_all()')
    this.locks.free()
  }

  /** The engine ended in the middle of something; nobody can use it any more. */
  breakDown(cause: unknown): WireError {
    this.#broken ??= cause
    const error = brokenEngine()
    this.turns.fail(error)
    for (const session of [...this.sessions]) session.terminate(error)
    return error
  }

  /** Ends all sessions but the one of PGlite's own callers, whose state is what is there now. */
  startAgain(error: WireError): void {
    for (const session of this.clients) {
      this.sessions.delete(session)
      this.turns.drop(session, error)
      this.locks.cancel(session, error)
      session.terminate(error)
    }
    this.direct.channels.clear()
    this.listening.forget()
    this.statements.generation++
    this.statements.unnamedOf = undefined
    this.#setters.forget()
    this.locks.free()
    this.#current = this.direct
    this.#applied = emptyState
    this.direct.mayHaveChanged = true
  }
}

const brokenEngine = () =>
  new WireError('FATAL', {
    code: '57P02',
    message: 'the engine crashed, so that nothing is known of what it did last',
    hint: 'Start another one. A transaction that was open is lost.',
  })
