import type { Batch, CopyIn } from './batch.js'
import { BatchRunner } from './batch-runner.js'
import type { Notification } from './engine-calls.js'
import { EngineSession } from './engine-session.js'
import { changeState, emptyState, type Reported, type SessionState } from './session-state.js'
import type { SharedEngine } from './shared-engine.js'
import { startSession } from './start-session.js'
import type { StartPacket } from './startup.js'
import { gone, WireError } from './wire-error.js'

/** What a client of a session has to do with it. */
interface Client {
  /** Is told what arrives while nothing of its own runs. */
  readonly hear: (bytes: Buffer) => void
  readonly terminate: (error: WireError) => void
  /** As `terminate`, but an idle client may be told when it asks for something. */
  readonly close: (error: WireError) => void
  /** Whether the client may go on after a rewind: it is idle, and has sent nothing. */
  readonly mayGoOn: () => boolean
  readonly isGentle: boolean
}

/** The session of one client on a shared engine: batches of messages in, answers out. */
export class ClientSession extends EngineSession {
  readonly pid: number
  readonly isGentle: boolean
  readonly #engine: SharedEngine
  readonly #client: Client
  readonly #runner: BatchRunner
  readonly #heard: Buffer[] = []
  #isRunning = false
  #startState: SessionState = emptyState

  constructor(engine: SharedEngine, client: Client, bytesMax: number) {
    super()
    this.#engine = engine
    this.#client = client
    this.pid = engine.nextPid()
    this.isGentle = client.isGentle
    const takeHeard = () => this.#heard.splice(0)
    this.#runner = new BatchRunner(engine, this, { bytesMax, takeHeard })
    // From now on, so that a client that has not started yet is ended with the others.
    engine.sessions.add(this)
  }

  get label(): string {
    const name = this.state.settings.get('application_name')
    return name ? `session ${this.pid} (${name})` : `session ${this.pid}`
  }

  get activity(): string {
    if (this.#isRunning) return this.#engine.queue.owner === this ? 'active' : 'waiting'
    if (this.#runner.isInBatch) return 'active'
    return { I: 'idle', T: 'idle in transaction', E: 'idle in transaction (aborted)' }[
      this.#runner.status
    ]
  }

  /** The COPY whose data is waited for. */
  get copy(): CopyIn | undefined {
    return this.#runner.copy
  }

  get #isAlive(): boolean {
    return this.#engine.sessions.has(this) && !this.#engine.isBroken
  }

  get #keeps(): boolean {
    return this.#isAlive && this.#runner.keeps
  }

  /** Whether anything of it would be left in the engine. */
  get #hasAnything(): boolean {
    const { mayHaveChanged, removals, channels } = this
    const isHolder = this.#engine.locks.holder === this
    const hasOwn = removals.length > 0 || channels.size > 0 || this.#runner.hasStatements
    return mayHaveChanged || isHolder || hasOwn || this.#isRunning
  }

  hear({ bytes }: Notification): void {
    const own = Buffer.from(bytes)
    // What arrives while a batch runs belongs before its end.
    if (this.#isRunning) this.#heard.push(own)
    else this.#client.hear(own)
  }

  terminate(error: WireError): void {
    this.#client.terminate(error)
  }

  close(error: WireError): void {
    this.#client.close(error)
  }

  goOn(): boolean {
    const { mayHaveChanged, removals, channels, state } = this
    const isHolder = this.#engine.locks.holder === this
    const hasOwn = mayHaveChanged || isHolder || removals.length > 0 || channels.size > 0
    const isChanged = hasOwn || changeState(this.#startState, state) !== ''
    return this.isGentle && !isChanged && this.activity === 'idle' && this.#client.mayGoOn()
  }

  /** Ends its waiting for a turn. What runs already cannot be ended. */
  cancel(): void {
    const fields = { code: '57014', message: 'canceling statement due to user request' }
    this.#stopWaiting(new WireError('ERROR', fields))
  }

  #stopWaiting(error: WireError): void {
    this.#engine.queue.cancel(this, error)
    this.#engine.locks.cancel(this, error)
  }

  /** @returns What the client is told of its session. */
  async start(packet: Extract<StartPacket, { kind: 'start' }>): Promise<Reported> {
    await this.#engine.pglite.waitReady
    const taking = this.#take(this.#engine.waitMsMax)
    if (taking) await taking
    try {
      if (!this.#engine.sessions.has(this)) throw gone()
      this.#runner.reported = await startSession(this.#engine, this, packet)
      this.#startState = this.state
      return this.#runner.reported
    } finally {
      this.#engine.queue.release(this, false)
    }
  }

  /**
   * Runs a batch when it is this session's turn.
   *
   * @returns What the client is answered.
   * @throws WireError FATAL where nothing can run any more.
   */
  async run(batch: Batch): Promise<Buffer[]> {
    const skipped = this.#runner.skip(batch)
    if (skipped) return skipped
    return this.#whileRunning(batch, async () => {
      for (;;) {
        const answer = await this.#inTurn(() => this.#runner.run(batch))
        if (answer) return answer
        await this.#engine.locks.untilFree(this, this.#engine.waitMsMax)
      }
    })
  }

  /** Runs a COPY whose data is there. */
  runCopy(copy: CopyIn): Promise<Buffer[]> {
    this.#runner.endCopy()
    return this.#whileRunning(copy.command, () => this.#inTurn(() => this.#runner.runCopy(copy)))
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
      for (const bytes of this.#heard.splice(0)) this.#client.hear(bytes)
    }
  }

  #take(waitMsMax: number): Promise<void> | undefined {
    return this.#engine.take(this, waitMsMax)
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const taking = this.#take(this.#engine.waitMsMax)
    if (taking) await taking
    try {
      if (!this.#engine.sessions.has(this)) throw gone()
      const entering = this.#engine.enter(this)
      if (entering) await entering
      // What was asked of a database that has been put back since is not run on it.
      if (!this.#engine.sessions.has(this)) throw gone()
      return await work()
    } finally {
      if (!this.#engine.sessions.has(this)) this.#engine.rollBackNow()
      this.#engine.queue.release(this, this.#keeps)
    }
  }

  /**
   * Gives up what the session has: an open transaction is rolled back. Whoever has the engine is
   * waited for as long as a statement would wait, and after that the rest is done when it is free.
   */
  async leave(): Promise<void> {
    this.#stopWaiting(gone())
    if (!this.#isAlive) return
    if (!this.#keeps && !this.#hasAnything) {
      this.#engine.sessions.delete(this)
      return
    }
    const wait = (waitMsMax: number) => this.#take(waitMsMax) ?? Promise.resolve()
    try {
      await wait(this.#engine.waitMsMax)
    } catch {
      void wait(Number.POSITIVE_INFINITY)
        .then(() => this.#cleanUp())
        .catch(() => {})
      return
    }
    await this.#cleanUp()
  }

  async #cleanUp(): Promise<void> {
    const { queue, sessions } = this.#engine
    try {
      // Another may have ended it while it waited.
      if (!this.#isAlive) return
      await this.#runner.endBatch()
      await this.#engine.cleanUp(this)
      await this.#runner.closeStatements()
    } finally {
      sessions.delete(this)
      queue.release(this, false)
    }
  }
}
