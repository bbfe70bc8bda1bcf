import type { PGlite } from '@electric-sql/pglite'
import { factsOf } from '../../database/index.js'
import { isInTransaction } from './engine-calls.js'
import { EngineSession } from './engine-session.js'
import { clientMessage } from './protocol-messages.js'
import { SharedEngine } from './shared-engine.js'
import { locksAreHeld, WireError } from './wire-error.js'

const engines = new WeakMap<PGlite, SharedEngine>()

/** The engine that all who use this PGlite share. */
export function sharedEngineOf(pglite: PGlite): SharedEngine {
  const known = engines.get(pglite)
  if (known) return known
  const engine = new SharedEngine(pglite, (one) => new DirectSession(one))
  engines.set(pglite, engine)
  return engine
}

/** The engine of a PGlite that is shared already, if it is. */
export const findSharedEngine = (pglite: PGlite): SharedEngine | undefined => engines.get(pglite)

/**
 * Those who call PGlite's own methods, who are one session to each other, and take their turns
 * like any client.
 */
class DirectSession extends EngineSession {
  readonly label = 'code that calls PGlite itself'
  readonly pid: number
  readonly activity = 'active'
  readonly isGentle = true
  readonly #engine: SharedEngine

  constructor(engine: SharedEngine) {
    super()
    this.#engine = engine
    // It was there before anybody looked.
    this.mayHaveChanged = true
    this.pid = engine.nextPid()
    takeTurns(engine, this)
    // A transaction may have been begun before anybody shared the engine.
    engine.queue.begin(isInTransaction(engine.pglite) ? this : undefined)
  }

  /** Whoever listens through PGlite is told by their handlers. */
  hear(): void {}

  terminate(): void {}
  close(): void {}
  goOn(): boolean {
    return true
  }

  note(message: Uint8Array): void {
    const type = message[0]
    if (type !== clientMessage.query && type !== clientMessage.parse) return
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
    const start = type === clientMessage.query ? 5 : bytes.indexOf(0, 5) + 1
    const sql = bytes.toString('utf8', start, bytes.indexOf(0, start))
    if (this.#engine.locks.areHeldAgainst(this) && factsOf(sql).any.touchesLocks) {
      throw new WireError('ERROR', locksAreHeld)
    }
    this.lastStatement = sql
    this.#engine.keeper.note(this, [sql])
    if (type === clientMessage.query || bytes[5] === 0)
      this.#engine.statements.unnamedOf = undefined
  }
}

function takeTurns(engine: SharedEngine, session: DirectSession): void {
  const { pglite, queue } = engine
  const { _runExclusiveTransaction: runExclusive, execProtocolStream, close } = pglite
  // Every method of PGlite that runs SQL goes through this, once.
  pglite._runExclusiveTransaction = async <T>(work: () => Promise<T>): Promise<T> => {
    const taking = engine.take(session)
    if (taking) await taking.catch(withStack(new Error('asked for here')))
    try {
      const entering = engine.enter(session)
      if (entering) await entering
      return (await runExclusive.call(pglite, work)) as T
    } finally {
      queue.release(session, isInTransaction(pglite))
    }
  }
  pglite.execProtocolStream = (message, options) => {
    session.note(message)
    return execProtocolStream.call(pglite, message, options)
  }
  pglite.close = () => {
    const message = 'terminating connection: the database was closed'
    const error = new WireError('FATAL', { code: '57P01', message })
    engine.startAgain(error, 'closed')
    return close.call(pglite)
  }
}

/** An error of a wait comes from a timer, of which the caller's stack tells nothing. */
function withStack(asked: Error): (error: unknown) => never {
  return (error) => {
    if (error instanceof Error) {
      error.stack = `${error.name}: ${error.message}\n${asked.stack?.replace(/^.*\n/, '')}`
    }
    throw error
  }
}
