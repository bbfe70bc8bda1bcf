import type { Batch, CopyIn } from './batch.js'
import { BatchSession } from './batch-session.js'
import type { Client } from './engine-session.js'
import type { Reported } from './session-state.js'
import type { SharedEngine } from './shared-engine.js'
import { startSession } from './start-session.js'
import type { StartPacket } from './startup.js'
import { sessionEnded, WireError } from './wire-error.js'

const activities = { I: 'idle', T: 'idle in transaction', E: 'idle in transaction (aborted)' }

/** The session of one client on a shared engine: when its batches run, and how it ends. */
export class ClientSession extends BatchSession {
  constructor(engine: SharedEngine, client: Client, bytesMax: number) {
    super(engine, client, bytesMax)
    // From now on, so that a client that has not started yet is ended with the others.
    engine.sessions.add(this)
  }

  override get activity(): string {
    if (this.isRunning) return this.engine.queue.owner === this ? 'active' : 'waiting'
    return this.isInBatch ? 'active' : activities[this.status]
  }

  /** Ends its waiting for a turn. A running statement cannot be ended. */
  cancel(): void {
    const fields = { code: '57014', message: 'canceling statement due to user request' }
    this.#stopWaiting(new WireError('ERROR', fields))
  }

  #stopWaiting(error: WireError): void {
    this.engine.queue.cancel(this, error)
    this.engine.keeper.locks.cancel(this, error)
  }

  /** @returns The settings that the client is told at its start. */
  async start(packet: Extract<StartPacket, { kind: 'start' }>): Promise<Reported> {
    await this.engine.pglite.waitReady
    await this.#inTurn(() => startSession(this.engine, this, packet))
    this.startState = this.state
    return this.reported
  }

  /**
   * Runs a batch when it is this session's turn.
   *
   * @returns The answer for the client.
   * @throws WireError FATAL if nothing can run any more.
   */
  async answer(batch: Batch): Promise<Buffer[]> {
    const skipped = this.skip(batch)
    if (skipped) return skipped
    return this.#whileRunning(batch, async () => {
      for (;;) {
        const answer = await this.#inTurn(() => this.runBatch(batch))
        if (answer) return answer
        await this.engine.keeper.locks.untilFree(this, this.engine.waitMsMax)
      }
    })
  }

  /** Runs a COPY whose data has arrived. */
  answerCopy(copy: CopyIn): Promise<Buffer[]> {
    this.copy = undefined
    return this.#whileRunning(copy.command, () => this.#inTurn(() => this.runCopy(copy)))
  }

  async #whileRunning(batch: Batch, work: () => Promise<Buffer[]>): Promise<Buffer[]> {
    this.isRunning = true
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof WireError) || error.severity === 'FATAL') throw error
      return this.refused(batch, error)
    } finally {
      this.isRunning = false
      for (const bytes of this.notifications.splice(0)) this.client!.notify(bytes)
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.engine.run(this, work, () => this.keepsEngine)
  }

  /**
   * Ends the session and rolls back its open transaction. It waits for the engine as long as a
   * statement would wait; after that, the rest is done when the engine is free.
   */
  async leave(): Promise<void> {
    const { engine } = this
    this.#stopWaiting(sessionEnded())
    if (!engine.sessions.has(this) || engine.isBroken) return
    const hasStatements = this.names.closeAll().length > 0
    if (!this.keepsEngine && !this.isRunning && !engine.hasOwn(this) && !hasStatements) {
      engine.sessions.delete(this)
      return
    }
    try {
      await engine.take(this)
    } catch {
      const taking = engine.take(this, Number.POSITIVE_INFINITY) ?? Promise.resolve()
      void taking.then(() => this.#cleanUp()).catch(() => {})
      return
    }
    await this.#cleanUp()
  }

  async #cleanUp(): Promise<void> {
    const { queue, sessions, isBroken } = this.engine
    try {
      // Another may have ended it while it waited.
      if (!sessions.has(this) || isBroken) return
      await this.endBatch()
      await this.engine.cleanUp(this)
      await this.closeStatements()
    } finally {
      sessions.delete(this)
      queue.release(this, false)
    }
  }
}
