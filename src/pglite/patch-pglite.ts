import type { PGlite, QueryOptions, Results, Transaction } from '@electric-sql/pglite'

/*
 * The methods of a PGlite that are replaced, in the order in which it happens:
 *
 * 1. `listenersOf` records the listeners that are added through PGlite: in a test database from its
 *    start, and otherwise from the first client.
 * 2. `watchStatements` wraps the methods that a test database calls.
 * 3. `takeTurns` wraps what those methods call, with the first client. It is therefore innermost.
 *
 * `pglite-internals` has everything else that PGlite does not offer.
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
