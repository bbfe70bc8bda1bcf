import { factsOf, listenCommandsIn, settingNamesIn } from '../../database/index.js'
import { AdvisoryLocks } from './advisory-locks.js'
import type { EngineCalls } from './engine-calls.js'
import type { EngineSession } from './engine-session.js'
import { Listening } from './listening.js'
import {
  changeState,
  emptyState,
  type FoundState,
  hasSetting,
  type Reported,
  readState,
  resetUser,
  type SessionState,
} from './session-state.js'
import { SetterFunctions } from './setter-functions.js'
import { WireError } from './wire-error.js'

/** More than a project makes up; a session that lasts for weeks must not gather them. */
const customNamesMax = 200

/**
 * Keeps the states of all sessions, and restores the state of the session that uses the engine.
 */
export class SessionKeeper {
  readonly locks = new AdvisoryLocks()
  readonly listening: Listening
  readonly #engine: EngineCalls
  readonly #sessions: Set<EngineSession>
  readonly #direct: EngineSession
  readonly #setters = new SetterFunctions()
  /** Whose state the engine's session has. */
  #current: EngineSession | undefined
  #applied: SessionState = emptyState
  #discardsSequences = false

  constructor(engine: EngineCalls, sessions: Set<EngineSession>, direct: EngineSession) {
    this.listening = new Listening(engine, sessions, direct)
    this.#engine = engine
    this.#sessions = sessions
    this.#direct = direct
    this.#current = direct
  }

  /** Makes the session of the engine that of its next user, who has the turn. */
  enter(session: EngineSession): Promise<void> | undefined {
    return this.#current === session ? undefined : this.#change(session)
  }

  async #change(session: EngineSession): Promise<void> {
    const before = this.#current
    if (before) await this.#leave(before)
    if (this.#discardsSequences) await this.#engine.query('DISCARD SEQUENCES')
    // Settings whose names are unknown, because a function made them, are removed too.
    const sql = changeState(this.#applied, session.state, this.#setters.exist)
    try {
      if (sql !== '') await this.#engine.query(sql)
    } catch (error) {
      await this.#reset()
      if (session === this.#direct) {
        // It cannot begin anew, so that it goes on without what it had set.
        session.state = emptyState
        this.#current = session
      }
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
      if (!this.#sessions.has(before)) await this.takeAway(before)
      before.hasBeenAway = true
    } catch (error) {
      if (before === this.#direct) throw error
      // A state that cannot be read cannot be restored, so this session is ended.
      this.#sessions.delete(before)
      before.terminate(
        new WireError('FATAL', {
          code: '57P01',
          message: `the state of the session cannot be read: ${(error as Error).message}`,
        }),
      )
      await this.#reset()
      await this.takeAway(before)
    }
  }

  /** Lets no session see the values of sequences that another has asked for. */
  async keepSequencesApart(session: EngineSession): Promise<void> {
    if (this.#discardsSequences) return
    this.#discardsSequences = true
    if (session.hasBeenAway) await this.#engine.query('DISCARD SEQUENCES')
  }

  /** To what a session has that was just begun. */
  async #reset(): Promise<void> {
    await this.#engine.query(resetUser)
    await this.#engine.query('RESET ROLE')
    await this.#engine.query('RESET ALL')
    // Of all clients, who prepare theirs again when they need them.
    await this.#engine.query('DEALLOCATE ALL')
    this.#engine.generation++
    this.#current = undefined
    this.#applied = emptyState
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
      const { changesSession, user } = factsOf(text).any
      if (!changesSession) continue
      isTold = true
      if (user) session.resetsUser = user === 'reset'
      this.#addNames(session, settingNamesIn(text))
      session.listenCommands.push(...listenCommandsIn(text))
    }
    if (isTold) session.mayHaveChanged = true
    return isTold
  }

  /** Functions of the project may have changed the session, which no statement shows. */
  async #lookForSetters(session: EngineSession): Promise<void> {
    const names = await this.#setters.look(this.#engine)
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
    const lost = [...session.defaults].filter(([name]) => !hasSetting(found, name))
    if (lost.length === 0) return found.reported
    await this.#engine.query(
      changeState(session.state, {
        settings: new Map([...session.state.settings, ...lost]),
        prepared: session.state.prepared,
      }),
    )
    return (await this.#readOnce(session)).reported
  }

  async #readOnce(session: EngineSession): Promise<FoundState> {
    if (session.resetsUser) await this.#engine.query(resetUser)
    session.resetsUser = false
    const found = await readState(this.#engine, session.customNames)
    session.state = { settings: found.settings, prepared: found.prepared }
    session.removals = found.removals
    session.mayHaveChanged = false
    this.#applied = session.state
    await this.listening.settle(session, found.channels)
    this.locks.note(session, found.advisoryLocks > 0)
    return found
  }

  async takeAway(session: EngineSession): Promise<void> {
    if (session.removals.length > 0) {
      // Without its rights and settings, which may forbid it.
      await this.#engine.query(`RESET ROLE; ${resetUser}; RESET ALL`)
      this.#applied = { ...emptyState, prepared: this.#applied.prepared }
      for (const removal of session.removals) await this.#engine.query(removal).catch(() => {})
    }
    if (!this.locks.isHeldBy(session)) return
    await this.#engine.query('SELECT pg_catalog.pg_advisory_unlock_all()')
    this.locks.begin(undefined)
  }

  /** Takes the session of the engine as it is for that of PGlite's own callers. */
  beginAnew(): void {
    this.#direct.channels.clear()
    this.listening.forget()
    this.#setters.forget()
    this.#current = this.#direct
    this.#applied = emptyState
    this.#direct.mayHaveChanged = true
  }
}
