import type { PGlite, QueryOptions, Results, Transaction } from '@electric-sql/pglite'
import { moduleOf } from './pglite-internals.js'

/*
 * Everything of a PGlite that is replaced, in the order in which it happens:
 *
 * 1. `skipArrayTypes` and `markAsStarted` while it starts, `onArrayTypes` and `watchForCrash` after
 *    that.
 * 2. `listenersOf` records the listeners that are added through PGlite: in a test database from its
 *    start, and otherwise from the first client.
 * 3. `watchStatements` wraps the methods that a test database calls.
 * 4. `takeTurns` wraps what those methods call, with the first client. It is therefore innermost.
 */

/** A listener that was added through PGlite itself; without a channel, for all channels. */
export interface Listener {
  readonly channel: string | undefined
  readonly handler: (...payload: string[]) => void
}

const registries = new WeakMap<PGlite, Set<Listener>>()

/**
 * The listeners that were added through a PGlite's own methods. PGlite does not expose them, so
 * they are recorded as they are added and removed, from the first call of this function on.
 *
 * @param during Runs the work that PGlite does for a caller.
 */
export function listenersOf(
  pglite: PGlite,
  during: <T>(work: () => T) => T = (work) => work(),
): Set<Listener> {
  const known = registries.get(pglite)
  if (known) return known
  const listeners = new Set<Listener>()
  registries.set(pglite, listeners)
  const { listen, unlisten, onNotification, offNotification } = pglite
  const forget = (channel: string | undefined, handler?: unknown) => {
    for (const one of listeners) {
      const isIts = nameOf(one.channel) === nameOf(channel)
      if (isIts && (!handler || one.handler === handler)) listeners.delete(one)
    }
  }
  pglite.listen = async (channel, handler, tx) => {
    const end = await during(() => listen.call(pglite, channel, handler, tx))
    const listener = { channel, handler: handler as Listener['handler'] }
    listeners.add(listener)
    return async (...rest) => {
      listeners.delete(listener)
      await end(...rest)
    }
  }
  pglite.unlisten = async (channel, handler, tx) => {
    await unlisten.call(pglite, channel, handler, tx)
    forget(channel, handler)
  }
  pglite.onNotification = (handler) => {
    listeners.add({ channel: undefined, handler: handler as Listener['handler'] })
    const end = onNotification.call(pglite, handler)
    return () => {
      forget(undefined, handler)
      end()
    }
  }
  pglite.offNotification = (handler) => {
    forget(undefined, handler)
    offNotification.call(pglite, handler)
  }
  return listeners
}

/** Calls a handler for every notification, without the methods that `listenersOf` replaces. */
export function onEveryNotification(
  pglite: PGlite,
  handler: (channel: string, payload: string) => void,
): void {
  listenersOf(pglite)
  const { onNotification } = Object.getPrototypeOf(pglite) as PGlite
  onNotification.call(pglite, handler)
}

/** Calls the listeners as PGlite would, after the running code. */
export function tellListeners(pglite: PGlite, heard: string, payload: string): void {
  for (const { channel, handler } of listenersOf(pglite)) {
    if (channel === undefined) queueMicrotask(() => handler(heard, payload))
    else if (channelName(channel) === heard) queueMicrotask(() => handler(payload))
  }
}

const nameOf = (channel: string | undefined) =>
  channel === undefined ? undefined : channelName(channel)

/** The name of a channel for PGlite: in lower case, or unchanged in quotes. */
const channelName = (channel: string) =>
  channel.startsWith('"') && channel.endsWith('"') ? channel.slice(1, -1) : channel.toLowerCase()

/** Hooks around the statements of a PGlite. */
export interface StatementHooks {
  /** Runs a statement or, without a text, a transaction. `at` is the place that asked for it. */
  around<T>(text: string | undefined, ask: (at: Error) => Promise<T>): Promise<T>
  /** A statement inside a transaction of PGlite is about to run. */
  note(text: string): void
  /** Runs the callback of a transaction. */
  inTransaction<T>(at: Error, work: () => Promise<T>): Promise<T>
}

/** Watches the statements and transactions of a PGlite, whichever of its methods is called. */
export function watchStatements(
  pglite: PGlite,
  { around, note, inTransaction }: StatementHooks,
): void {
  const { query, exec, transaction } = pglite
  pglite.query = <T>(text: string, ...rest: [params?: unknown[], options?: QueryOptions]) =>
    around(text, () => query.call(pglite, text, ...rest) as Promise<Results<T>>)
  pglite.exec = (text, ...rest) => around(text, () => exec.call(pglite, text, ...rest))
  pglite.transaction = <T>(work: (tx: Transaction) => Promise<T>) =>
    around(undefined, (at) => {
      const run = (tx: Transaction) => {
        for (const name of ['query', 'exec'] as const) {
          const plain = tx[name] as (text: string, ...rest: unknown[]) => Promise<never>
          tx[name] = (text: string, ...rest: unknown[]) => {
            note(text)
            return plain.call(tx, text, ...rest)
          }
        }
        return inTransaction(at, () => work(tx))
      }
      return transaction.call(pglite, run) as Promise<T>
    })
}

/** Hooks around direct calls of a PGlite that is shared with clients. */
export interface TurnHooks {
  around<T>(work: () => Promise<T>): Promise<T>
  /** A message is about to run. */
  note(message: Uint8Array): void
  /** The PGlite is about to be closed. */
  close(): void
}

/** Lets the direct calls of a PGlite wait for its clients, and the clients for them. */
export function takeTurns(pglite: PGlite, hooks: TurnHooks): void {
  const { _runExclusiveTransaction: runExclusive, execProtocolStream, close } = pglite
  // Every method of PGlite that runs SQL goes through this, once.
  pglite._runExclusiveTransaction = <T>(work: () => Promise<T>) =>
    hooks.around(() => runExclusive.call(pglite, work) as Promise<T>)
  pglite.execProtocolStream = (message, options) => {
    hooks.note(message)
    return execProtocolStream.call(pglite, message, options)
  }
  pglite.close = () => {
    hooks.close()
    return close.call(pglite)
  }
}

/** The status with which the engine leaves a statement that raised an error: a longjmp. */
const longjmpStatus = 100

/** An error of the engine that is not PostgreSQL's. PGlite reads the status of every error. */
class EngineCrash {
  readonly #cause: unknown

  constructor(cause: unknown) {
    this.#cause = cause
  }

  /** Throws, because PGlite takes every other value for a finished statement. */
  get status(): never {
    throw new Error('The engine crashed.', { cause: this.#cause })
  }
}

/** The calls that PGlite makes for each message. */
type EngineCall =
  | '_PostgresMainLoopOnce'
  | '_PostgresMainLongJmp'
  | '_PostgresSendReadyForQueryIfNecessary'

const crashes = new WeakMap<object, () => unknown>()

/**
 * Lets a crash end the running call. PGlite would take it for a success and send further messages,
 * which a crashed engine never reads: the process would hang. The calls after a statement can crash
 * too, and never raise a PostgreSQL error.
 *
 * @returns A function that returns the cause of the crash, or undefined if there was none.
 */
export function watchForCrash(pglite: PGlite): () => unknown {
  const module = moduleOf<Partial<Record<EngineCall, () => void>>>(pglite)
  const known = crashes.get(module)
  if (known) return known
  let crash: unknown
  const note = (error: unknown) => {
    crash ??= error
    return error
  }
  const guard = (name: EngineCall, toThrow: (error: unknown) => unknown) => {
    const call = module[name]
    if (!call) return
    module[name] = () => {
      try {
        call()
      } catch (error) {
        throw toThrow(error)
      }
    }
  }
  guard('_PostgresMainLoopOnce', (error) => {
    const isError = (error as { status?: unknown }).status === longjmpStatus
    return isError ? error : new EngineCrash(note(error))
  })
  guard('_PostgresMainLongJmp', note)
  guard('_PostgresSendReadyForQueryIfNecessary', note)
  crashes.set(module, () => crash)
  return () => crash
}

/**
 * Skips the query for all array types, the slowest of those that PGlite runs at the start. For a
 * PGlite that was just constructed, and whose clients parse arrays themselves.
 */
export function skipArrayTypes(pglite: PGlite): void {
  pglite._initArrayTypes = async () => {}
}

/** Lets PGlite use an engine that it did not start itself. */
export function markAsStarted(pglite: PGlite): void {
  Object.defineProperty(pglite, 'ready', { get: () => !pglite.closed })
}

/** Calls a function whenever PGlite has updated its array types. */
export function onArrayTypes(pglite: PGlite, updated: () => Promise<void>): void {
  const refresh = pglite.refreshArrayTypes
  pglite.refreshArrayTypes = async () => {
    await refresh.call(pglite)
    await updated()
  }
}
