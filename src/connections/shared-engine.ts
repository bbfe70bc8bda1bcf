import type { PGlite } from '@electric-sql/pglite'
import { quoteIdentifier } from '../database/quote-identifier.js'
import { DirectSession } from './direct-session.js'
import { EngineTurns, type EngineUser } from './engine-turns.js'
import { listenCommandsIn } from './listen-commands.js'
import { listenersOf, tellListeners } from './listeners-of.js'
import { customNamesIn, mayChangeSession, SetterFunctions } from './may-change-session.js'
import { runOwn } from './run-own.js'
import type { Notification } from './scan-answer.js'
import { changeState, emptyState, readState, type SessionState } from './session-state.js'
import type { SharedStatements } from './statement-names.js'
import { WireError } from './wire-error.js'

/** One of those who share the engine, and what they take for their own session. */
export interface EngineSession extends EngineUser {
  /** How others see it: the number of a process. */
  readonly pid: number
  /** What it is doing, in the words of `pg_stat_activity`. */
  readonly activity: string
  state: SessionState
  /** Whether its state may be another than was read last. */
  mayHaveChanged: boolean
  /** Settings with a dot in their name that it may have made up. */
  readonly customNames: Set<string>
  readonly channels: Set<string>
  /** What it asked for in the transaction that is open. */
  readonly listenCommands: ReturnType<typeof listenCommandsIn>
  /** What takes away what it made for its session alone. */
  removals: readonly string[]
  hear(notification: Notification): void
  /** Ends it, from outside. */
  terminate(error: WireError): void
}

/** Taken before a test fakes them. */
const { setTimeout, clearTimeout } = globalThis

/** The values of a session that were found when its state was read. */
export type Reported = ReadonlyMap<string, string>

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
  readonly statements: SharedStatements = { generation: 0, unnamedOf: undefined }
  readonly sessions = new Set<EngineSession>()
  /** How long anybody waits for a turn. */
  waitMsMax = 30_000
  readonly direct: DirectSession
  readonly #setters = new SetterFunctions()
  /** Whose state the engine's session has. */
  #current: EngineSession | undefined
  #applied: SessionState = emptyState
  #owner: string | undefined
  #channels = new Set<string>()
  #lockHolder: EngineSession | undefined
  #lockWaiters: (() => void)[] = []
  #broken: unknown
  #pids = 1000

  constructor(pglite: PGlite) {
    this.pglite = pglite
    listenersOf(pglite)
    // Past whoever watches the methods of this one, as a harness does.
    const { onNotification } = Object.getPrototypeOf(pglite) as PGlite
    onNotification.call(pglite, (channel, payload) => this.#tellOthers(channel, payload))
    this.direct = new DirectSession(this)
    this.sessions.add(this.direct)
    this.#current = this.direct
  }

  /** All sessions but the one of PGlite's own callers. */
  get clients(): EngineSession[] {
    return [...this.sessions].filter((session) => session !== this.direct)
  }

  /** A number that no session had before. */
  nextPid(): number {
    return ++this.#pids
  }

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
    if (before && !before.mayHaveChanged) await this.#lookForSetters(before)
    if (before?.mayHaveChanged) await this.read(before)
    const sql = changeState(this.#applied, session.state)
    try {
      if (sql !== '') await runOwn(this.pglite, sql)
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

  /** To what a session has that was just begun. */
  async #reset(): Promise<void> {
    await runOwn(this.pglite, 'RESET SESSION AUTHORIZATION')
    await runOwn(this.pglite, 'RESET ROLE')
    await runOwn(this.pglite, 'RESET ALL')
    for (const [name] of this.#applied.prepared) {
      await runOwn(this.pglite, `DEALLOCATE ${quoteIdentifier(name)}`).catch(() => {})
    }
    this.#current = undefined
    this.#applied = emptyState
  }

  /** Runs messages of the protocol for whoever has the turn. */
  async execute(messages: readonly Buffer[]): Promise<Buffer[]> {
    const bytes = messages.length === 1 ? messages[0]! : Buffer.concat(messages)
    const chunks: Buffer[] = []
    const onRawData = (chunk: Uint8Array) => {
      // It is a view of the engine's memory.
      chunks.push(Buffer.from(chunk))
    }
    const { pglite } = this
    await pglite._runExclusiveQuery(() => pglite.execProtocolRawStream(bytes, { onRawData }))
    return chunks
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
      for (const name of customNamesIn(text)) session.customNames.add(name)
      session.listenCommands.push(...listenCommandsIn(text))
    }
    if (isTold) session.mayHaveChanged = true
    return isTold
  }

  /** Functions of the project may have changed the session, which no statement shows. */
  async #lookForSetters(session: EngineSession): Promise<void> {
    if (this.#setters.known === undefined) await this.#setters.look(this.pglite)
    if (this.#setters.known) session.mayHaveChanged = true
  }

  /** Reads the state of the session that has the turn; no transaction is open. */
  async read(session: EngineSession): Promise<Reported> {
    const found = await readState(this.pglite, session.customNames, this.#owner)
    this.#owner ??= found.user
    session.state = { settings: found.settings, prepared: found.prepared }
    session.removals = found.removals
    session.mayHaveChanged = false
    this.#applied = session.state
    await this.#settleListening(session, found.channels)
    if (found.holdsLocks) this.#lockHolder = session
    else if (this.#lockHolder === session) this.#freeLocks()
    return found.reported
  }

  async #settleListening(session: EngineSession, heard: readonly string[]): Promise<void> {
    for (const { kind, channel } of session.listenCommands.splice(0)) {
      if (channel === undefined) session.channels.clear()
      else if (kind === 'unlisten') session.channels.delete(channel)
      else if (heard.includes(channel)) session.channels.add(channel)
    }
    // Begun where no text shows it, such as in a function.
    for (const channel of heard) if (!this.#channels.has(channel)) session.channels.add(channel)
    const wanted = new Set([...this.sessions].flatMap(({ channels }) => [...channels]))
    const commands: string[] = []
    for (const one of wanted) if (!heard.includes(one)) commands.push(`LISTEN ${quote(one)}`)
    for (const one of heard) if (!wanted.has(one)) commands.push(`UNLISTEN ${quote(one)}`)
    if (commands.length > 0) await runOwn(this.pglite, commands.join(';'))
    this.#channels = wanted
  }

  /** Passes on what a session was told while it ran something: to all that listen. */
  tell(notifications: readonly Notification[], from: EngineSession): void {
    for (const one of notifications) {
      one.bytes.writeInt32BE(from.pid, 5)
      tellListeners(this.pglite, one.channel, one.payload)
      for (const session of this.sessions) {
        if (session.channels.has(one.channel)) session.hear(one)
      }
    }
  }

  /** What PGlite itself has told those who listen through it. */
  #tellOthers(channel: string, payload: string): void {
    const size = 9 + Buffer.byteLength(channel) + 1 + Buffer.byteLength(payload) + 1
    const bytes = Buffer.alloc(size)
    bytes.write('A', 'latin1')
    bytes.writeInt32BE(size - 1, 1)
    bytes.write(`${channel}\0${payload}\0`, 9)
    for (const session of this.sessions) {
      if (session.channels.has(channel)) session.hear({ channel, payload, bytes })
    }
  }

  holdsLocksAgainst(session: EngineSession): boolean {
    return this.#lockHolder !== undefined && this.#lockHolder !== session
  }

  /** Waits while another session holds advisory locks, which one session could take twice. */
  async untilNoLocksOfOthers(session: EngineSession): Promise<void> {
    const { waitMsMax } = this
    const since = performance.now()
    while (this.#lockHolder && this.#lockHolder !== session) {
      const left = waitMsMax - (performance.now() - since)
      if (left <= 0) {
        throw new WireError('ERROR', {
          code: '55P03',
          message: `waited ${waitMsMax} ms for advisory locks that ${this.#lockHolder.label} holds`,
          hint: 'A PGlite has one session, in which a lock cannot be held against another.',
        })
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#lockWaiters.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  #freeLocks(): void {
    this.#lockHolder = undefined
    for (const wake of this.#lockWaiters.splice(0)) wake()
  }

  /**
   * Takes away what a session leaves behind. It has the turn, and comes to nothing afterwards.
   *
   * @param isInTransaction Whether a transaction is to be rolled back first.
   */
  async cleanUp(session: EngineSession, isInTransaction: boolean): Promise<void> {
    if (isInTransaction) await runOwn(this.pglite, 'ROLLBACK')
    if (this.#current !== session) await this.enter(session)
    if (session.mayHaveChanged) await this.read(session)
    for (const removal of session.removals) await runOwn(this.pglite, removal).catch(() => {})
    if (this.#lockHolder === session) {
      await runOwn(this.pglite, 'SELECT pg_catalog.pg_advisory_unlock_all()')
      this.#freeLocks()
    }
    this.sessions.delete(session)
    if (session.channels.size > 0) await this.#settleListening(session, [...this.#channels])
    // Whoever comes next finds it as it is, and changes it.
  }

  /** The engine ended in the middle of something; nobody can use it any more. */
  breakDown(cause: unknown): WireError {
    this.#broken ??= cause
    const error = brokenEngine()
    for (const session of [...this.sessions]) session.terminate(error)
    return error
  }

  /** Ends all sessions but the one of PGlite's own callers, whose state is what is there now. */
  startAgain(error: WireError): void {
    for (const session of this.clients) {
      this.sessions.delete(session)
      this.turns.drop(session, error)
      session.terminate(error)
    }
    this.direct.channels.clear()
    this.#channels.clear()
    this.statements.generation++
    this.statements.unnamedOf = undefined
    this.#setters.forget()
    this.#freeLocks()
    this.#current = this.direct
    this.#applied = emptyState
    this.direct.mayHaveChanged = true
  }
}

const quote = quoteIdentifier

const brokenEngine = () =>
  new WireError('FATAL', {
    code: '57P02',
    message: 'the engine crashed, so that nothing is known of what it did last',
    hint: 'Start another one. A transaction that was open is lost.',
  })
