import type { Notification } from './answer.js'
import type { Batch, CopyIn } from './batch.js'
import { BatchRunner } from './batch-runner.js'
import { EngineSession } from './engine-session.js'
import { changeState, emptyState, type Reported, type SessionState } from './session-state.js'
import type { SharedEngine } from './shared-engine.js'
import { startSession } from './start-session.js'
import type { StartPacket } from './startup.js'
import { gone, WireError } from './wire-error.js'

/** What a session needs of its client. */
interface Client {
  /** Receives what arrives while nothing of its own runs. */
  hear(bytes: Buffer): void
  terminate(error: WireError): void
  /** As `terminate`, but an idle client may be told when it asks for something. */
  close(error: WireError): void
  /** Whether it has sent nothing, and waits for nothing. */
  readonly isIdle: boolean
  readonly isGentle: boolean
}

const activities = { I: 'idle', T: 'idle in transaction', E: 'idle in transaction (aborted)' }

/** The session of one client on a shared engine: when its batches run, and how it ends. */
export class ClientSession extends EngineSession {
  readonly #engine: SharedEngine
  readonly #client: Client
  readonly #runner: BatchRunner
  #isRunning = false
  #startState: SessionState = emptyState

  constructor(engine: SharedEngine, client: Client, bytesMax: number) {
    super(engine.nextPid())
    this.#engine = engine
    this.#client = client
    this.#runner = new BatchRunner(engine, this, bytesMax)
    // From now on, so that a client that has not started yet is ended with the others.
    engine.sessions.add(this)
  }

  get isGentle(): boolean {
    return this.#client.isGentle
  }

  terminate(error: WireError): void {
    this.#client.terminate(error)
  }

  close(error: WireError): void {
    this.#client.close(error)
  }

  get label(): string {
    const name = this.state.settings.get('application_name')
    return name ? `session ${this.pid} (${name})` : `session ${this.pid}`
  }

  get activity(): string {
    if (this.#isRunning) return this.#engine.queue.owner === this ? 'active' : 'waiting'
    return this.#runner.isInBatch ? 'active' : activities[this.#runner.status]
  }

  /** The COPY whose data is waited for. */
  get copy(): CopyIn | undefined {
    return this.#runner.copy
  }

  get #isOpen(): boolean {
    return this.#engine.sessions.has(this)
  }

  get #keeps(): boolean {
    return this.#isOpen && !this.#engine.isBroken && this.#runner.keeps
  }

  /** Whether the engine has, or may have, anything that is only for this session. */
  get #hasOwn(): boolean {
    const { mayHaveChanged, removals, channels } = this
    const isHolder = this.#engine.keeper.locks.isHeldBy(this)
    return mayHaveChanged || isHolder || removals.length > 0 || channels.size > 0
  }

  hear({ bytes }: Notification): void {
    const own = Buffer.from(bytes)
    // What arrives while a batch runs belongs before its end.
    if (this.#isRunning) this.heard.push(own)
    else this.#client.hear(own)
  }

  goOn(): boolean {
    const isAsAtStart = !this.#hasOwn && changeState(this.#startState, this.state) === ''
    return this.isGentle && isAsAtStart && this.#client.isIdle
  }

  /** Ends its waiting for a turn. What runs already cannot be ended. */
  cancel(): void {
    const fields = { code: '57014', message: 'canceling statement due to user request' }
    this.#stopWaiting(new WireError('ERROR', fields))
  }

  #stopWaiting(error: WireError): void {
    this.#engine.queue.cancel(this, error)
    this.#engine.keeper.locks.cancel(this, error)
  }

  /** @returns The settings that the client is told at its start. */
  async start(packet: Extract<StartPacket, { kind: 'start' }>): Promise<Reported> {
    await this.#engine.pglite.waitReady
    await this.#inTurn(() => startSession(this.#engine, this, packet))
    this.#startState = this.state
    return this.reported
  }

  /**
   * Runs a batch when it is this session's turn.
   *
   * @returns What the client is answered.
   * @throws WireError FATAL where nothing can run any more.
   */
  async answer(batch: Batch): Promise<Buffer[]> {
    const skipped = this.#runner.skip(batch)
    if (skipped) return skipped
    return this.#whileRunning(batch, async () => {
      for (;;) {
        const answer = await this.#inTurn(() => this.#runner.answer(batch))
        if (answer) return answer
        await this.#engine.keeper.locks.untilFree(this, this.#engine.waitMsMax)
      }
    })
  }

  /** Runs a COPY whose data is there. */
  answerCopy(copy: CopyIn): Promise<Buffer[]> {
    this.#runner.endCopy()
    return this.#whileRunning(copy.command, () => this.#inTurn(() => this.#runner.answerCopy(copy)))
  }

  async #whileRunning(batch: Batch, work: () => Promise<Buffer[]>): Promise<Buffer[]> {
    this.#isRunning = true
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof WireError) || error.severity === 'FATAL') throw error
      return this.#runner.refused(batch, error)
    } finally {
      this.#isRunning = false
      for (const bytes of this.heard.splice(0)) this.#client.hear(bytes)
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const taking = this.#engine.take(this)
    if (taking) await taking
    try {
      if (!this.#isOpen) throw gone()
      const entering = this.#engine.enter(this)
      if (entering) await entering
      // What was asked of a database that has been put back since is not run on it.
      if (!this.#isOpen) throw gone()
      return await work()
    } finally {
      if (!this.#isOpen) this.#engine.rollBackNow()
      this.#engine.queue.release(this, this.#keeps)
    }
  }

  /**
   * Ends the session and rolls back its open transaction. It waits for the engine as long as a
   * statement would wait; after that, the rest is done when the engine is free.
   */
  async leave(): Promise<void> {
    this.#stopWaiting(gone())
    if (!this.#isOpen || this.#engine.isBroken) return
    const leavesNothing = !this.#hasOwn && !this.#runner.hasStatements && !this.#isRunning
    if (!this.#keeps && leavesNothing) {
      this.#engine.sessions.delete(this)
      return
    }
    try {
      await this.#engine.take(this)
    } catch {
      const taking = this.#engine.take(this, Number.POSITIVE_INFINITY) ?? Promise.resolve()
      void taking.then(() => this.#cleanUp()).catch(() => {})
      return
    }
    await this.#cleanUp()
  }

  async #cleanUp(): Promise<void> {
    const { queue, sessions, isBroken } = this.#engine
    try {
      // Another may have ended it while it waited.
      if (!this.#isOpen || isBroken) return
      await this.#runner.endBatch()
      await this.#engine.cleanUp(this)
      await this.#runner.closeStatements()
    } finally {
      sessions.delete(this)
      queue.release(this, false)
    }
  }
}
