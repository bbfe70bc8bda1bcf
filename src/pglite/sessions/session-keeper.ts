import {
  changeState,
  emptyState,
  type FoundState,
  factsOf,
  hasSetting,
  listenCommandsIn,
  resetOwner,
  type SessionState,
  setterFunctionsSql,
  settingNamesIn,
} from '../../database/index.js'
import { AdvisoryLocks } from './advisory-locks.js'
import type { EngineCalls } from './engine-calls.js'
import type { EngineSession } from './engine-session.js'
import { Listening } from './listening.js'
import { type Reported, readState } from './session-state.js'
import { fatal } from './wire-error.js'

/** More than a project has; a session that lasts for weeks must not collect them. */
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
  /** The settings that functions may create; undefined if the functions may have changed. */
  #functionSettings: readonly string[] | undefined
  /** Whether a function may change the session: then any statement may, by a trigger or a view. */
  #hasSetters = false
  /** The session whose state the engine has. */
  #current: EngineSession | undefined
  #applied: SessionState = emptyState
  #discardsSequences = false

  constructor(engine: EngineCalls, sessions: Set<EngineSession>, direct: EngineSession) {
    this.listening = new Listening(engine, sessions, direct)
    this.#engine = engine
    this.#sessions = sessions
    this.#direct = direct
    this.#current = direct
    // It existed before the engine was shared.
    direct.mayHaveChanged = true
  }

  /** Restores the state of the session that has the turn, unless the engine has it. */
  enter(session: EngineSession): Promise<void> | undefined {
    return this.#current === session ? undefined : this.#change(session)
  }

  async #change(session: EngineSession): Promise<void> {
    const before = this.#current
    if (before) await this.#leave(before)
    if (this.#discardsSequences) await this.#engine.query('DISCARD SEQUENCES')
    // Settings whose names are unknown, because a function made them, are removed too.
    const sql = changeState(this.#applied, session.state, { hasHidden: this.#hasSetters })
    try {
      if (sql !== '') await this.#engine.query(sql)
    } catch (error) {
      await this.#discard()
      if (session === this.#direct) {
        // It cannot connect again, so it continues without its settings.
        session.state = emptyState
        this.#current = session
      }
      const message = `the state of the session cannot be restored: ${(error as Error).message}`
      throw fatal(
        '57P01',
        message,
        'A role or another object that it uses is missing. Connect again.',
      )
    }
    this.#current = session
    this.#applied = session.state
  }

  /** Reads the state that the last user has left. */
  async #leave(before: EngineSession): Promise<void> {
    try {
      await this.#noteFunctions(before)
      if (before.mayHaveChanged) await this.read(before)
      // It ended before its state was read.
      if (!this.#sessions.has(before)) await this.remove(before)
      before.hasBeenAway = true
    } catch (error) {
      if (before === this.#direct) throw error
      // A state that cannot be read cannot be restored, so this session is ended.
      this.#sessions.delete(before)
      const message = `the state of the session cannot be read: ${(error as Error).message}`
      before.client?.terminate(fatal('57P01', message))
      await this.#discard()
      await this.remove(before)
    }
  }

  /** From now on, no session sees the values that sequences returned to another. */
  async keepSequencesApart(session: EngineSession): Promise<void> {
    if (this.#discardsSequences) return
    this.#discardsSequences = true
    if (session.hasBeenAway) await this.#engine.query('DISCARD SEQUENCES')
  }

  /** Gives the engine the state of a new session. */
  async #discard(): Promise<void> {
    await this.#engine.query(resetOwner)
    await this.#engine.query('RESET ROLE')
    await this.#engine.query('RESET ALL')
    // This includes the statements of all clients, which are prepared again when they are used.
    await this.#engine.query('DEALLOCATE ALL')
    this.#engine.generation++
    this.#current = undefined
    this.#applied = emptyState
  }

  /**
   * Takes note of what a session is about to run.
   *
   * @returns Whether it may change the session, so that its client gets a report.
   */
  note(session: EngineSession, sql: readonly string[]): boolean {
    let mayChange = false
    for (const text of sql) {
      const { changesSession, changesFunctions, user } = factsOf(text).any
      if (changesFunctions) this.#functionSettings = undefined
      if (!changesSession) continue
      mayChange = true
      if (user) session.resetsUser = user === 'reset'
      this.#addNames(session, settingNamesIn(text))
      session.listenCommands.push(...listenCommandsIn(text))
    }
    if (mayChange) session.mayHaveChanged = true
    return mayChange
  }

  /** Functions of the project may have changed the session, which no statement shows. */
  async #noteFunctions(session: EngineSession): Promise<void> {
    if (!this.#functionSettings) {
      const functions = await this.#engine.query(setterFunctionsSql())
      this.#hasSetters = functions.length > 0
      this.#functionSettings = settingNamesIn(functions.map(([, body]) => body!).join('\n'))
    }
    if (!this.#hasSetters) return
    session.mayHaveChanged = true
    this.#addNames(session, this.#functionSettings)
  }

  #addNames(session: EngineSession, names: readonly string[]): void {
    for (const name of names) {
      if (session.customNames.size < customNamesMax) session.customNames.add(name)
    }
  }

  /** Reads the state of the session that has the turn; no transaction is open. */
  async read(session: EngineSession): Promise<Reported> {
    const found = await this.#readOnce(session)
    // RESET has restored the values of the engine, and the client expects those of its start.
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
    if (session.resetsUser) await this.#engine.query(resetOwner)
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

  /** Removes what a session has made for itself, and releases its locks. */
  async remove(session: EngineSession): Promise<void> {
    if (session.removals.length > 0) {
      // The rights and settings of the session may forbid it.
      await this.#engine.query(`RESET ROLE; ${resetOwner}; RESET ALL`)
      this.#applied = { ...emptyState, prepared: this.#applied.prepared }
      for (const removal of session.removals) await this.#engine.query(removal).catch(() => {})
    }
    if (!this.locks.isHeldBy(session)) return
    await this.#engine.query('SELECT pg_catalog.pg_advisory_unlock_all()')
    this.locks.begin(undefined)
  }

  /** Takes the state of the engine as that of the session of direct calls. */
  reset(): void {
    this.#direct.channels.clear()
    this.listening.forget()
    this.#functionSettings = undefined
    this.#current = this.#direct
    this.#applied = emptyState
    this.#direct.mayHaveChanged = true
  }
}
