import { AsyncLocalStorage } from 'node:async_hooks'
import type { PGlite } from '@electric-sql/pglite'
import {
  containsWord,
  enclose,
  leavesOpen,
  listensOf,
  openedByCaller,
  queueOf,
  refuseInside,
  restoreListens,
} from '../database/index.js'
import { type Listener, listenersOf, watchStatements } from './patch-pglite.js'
import { clearBlobs } from './pglite-internals.js'

/** A statement or transaction that was started on a PGlite, and where. */
export interface Begun {
  readonly text: string
  readonly at: Error
}

/** What the JavaScript of PGlite remembers about a session, and what runs in it. */
export interface WatchedPGlite {
  /** Statements and transactions that have not ended. */
  readonly inFlight: ReadonlySet<Begun>
  /** Statements since the last rewind that may have left something open, newest last. */
  readonly openers: Begun[]
  /** Also counts statements as openers that contain one of these names of functions. */
  suspect(names: Iterable<string>): void
  /**
   * @param what A call that needs the session to be at rest.
   * @throws DriftpinError `waits_for_itself` inside of a transaction or session of this PGlite.
   */
  refuseInside(what: string): void
  /** Resolves to true when nothing runs, and to false if that takes too long. */
  idle(): Promise<boolean>
  mark(): SessionMark
  rewind(mark: SessionMark): Promise<void>
}

/** What the JavaScript of PGlite remembers at a mark. */
export interface SessionMark {
  readonly parsers: TableMark
  readonly serializers: TableMark
  readonly listeners: ReadonlySet<Listener>
  /** The number of listeners of database adapters on each channel. */
  readonly listens: ReadonlyMap<string, number>
}

/** A table of functions in a form that is fast to compare. Not all keys are OIDs of types. */
interface TableMark {
  readonly keys: readonly string[]
  readonly values: readonly unknown[]
}

type Table = Record<string, unknown>

/** Read before a test fakes it. */
const { setTimeout } = globalThis

/** The limit of statements that are kept; a process that never rewinds would keep all of them. */
const openersMax = 100

/** The longest wait for statements that a test left running, before the instance is replaced. */
const idleMsMax = 2000

/** The longest wait of a statement for the transaction that it is called in. */
const ownTransactionMsMax = 1000

/** Where the caller of the running code is, whose stack is not available any more. */
const askedAt = new AsyncLocalStorage<Error>()

/** Runs work for a caller, so that its statements can be traced to the caller. */
export function askedFor<T>(work: () => T): T {
  return askedAt.run(new Error('asked for here'), work)
}

const beginHere = (text: string): Begun => ({
  text,
  at: askedAt.getStore() ?? new Error('asked for here'),
})

/** Watches the statements and transactions of a PGlite, whichever of its methods is called. */
export function watchPGlite(pglite: PGlite): WatchedPGlite {
  const inFlight = new Set<Begun>()
  /** What the callbacks of PGlite's own transactions run inside. */
  const transactions = {}
  const openers: Begun[] = []
  let suspected: ReadonlySet<string> = new Set()
  const listeners = listenersOf(pglite, askedFor)
  const note = (text: string): Begun => {
    const begun = beginHere(text)
    if (leavesOpen(text) || containsWord(text, suspected)) openers.push(begun)
    if (openers.length > openersMax) openers.shift()
    return begun
  }
  watchStatements(pglite, {
    note,
    around: async (text, ask) => {
      const begun = text === undefined ? beginHere('BEGIN') : note(text)
      inFlight.add(begun)
      try {
        return await outsideOwn(begun, transactions, () => ask(begun.at))
      } finally {
        inFlight.delete(begun)
      }
    },
    inTransaction: (at, work) => enclose(transactions, at, work),
  })
  return {
    inFlight,
    openers,
    suspect: (names) => {
      suspected = new Set(names)
    },
    refuseInside: (what) => {
      const at = new Error('asked for here')
      for (const owner of [transactions, queueOf(pglite)]) refuseInside(owner, at, what, what)
    },
    idle: async () => {
      const until = performance.now() + idleMsMax
      // A session that was left open runs no statement, and makes everybody else wait.
      const isBusy = () => inFlight.size > 0 || queueOf(pglite).isHeld
      while (isBusy() && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      return !isBusy()
    },
    mark: () => ({
      parsers: markTable(pglite.parsers),
      serializers: markTable(pglite.serializers),
      listeners: new Set(listeners),
      listens: listensOf(pglite),
    }),
    rewind: async (mark) => {
      openers.length = 0
      if (differs(pglite.parsers, mark.parsers)) pglite.parsers = tableOf(mark.parsers) as never
      if (differs(pglite.serializers, mark.serializers)) {
        pglite.serializers = tableOf(mark.serializers) as never
      }
      await restoreListeners(pglite, listeners, mark.listeners)
      restoreListens(pglite, mark.listens)
      await clearBlobs(pglite)
    },
  }
}

/**
 * Runs a statement once the transaction around the calling code has ended. A statement that is
 * refused because the transaction does not end has not run, and does not run later.
 */
async function outsideOwn<T>(
  asked: Begun,
  transactions: object,
  ask: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + ownTransactionMsMax
  for (;;) {
    if (!openedByCaller(transactions)) return ask()
    if (performance.now() > until) refuseInside(transactions, asked.at, asked.text)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Restores the listeners. What the session knows about them is part of the memory. */
async function restoreListeners(
  pglite: PGlite,
  listeners: Set<Listener>,
  before: ReadonlySet<Listener>,
): Promise<void> {
  if (listeners.size === before.size && [...before].every((one) => listeners.has(one))) return
  // PGlite runs SQL for it, which a failed transaction would refuse.
  if (pglite.isInTransaction()) await pglite.exec('ROLLBACK')
  for (const listener of listeners) {
    if (before.has(listener)) continue
    if (listener.channel === undefined) pglite.offNotification(listener.handler as never)
    else await pglite.unlisten(listener.channel, listener.handler)
    listeners.delete(listener)
  }
  for (const { channel, handler } of before) {
    if ([...listeners].some((one) => one.channel === channel && one.handler === handler)) continue
    if (channel === undefined) pglite.onNotification(handler as never)
    else await pglite.listen(channel, handler as never)
  }
}

const markTable = (table: Table): TableMark => ({
  keys: Object.keys(table),
  values: Object.values(table),
})

const tableOf = ({ keys, values }: TableMark): Table =>
  Object.fromEntries(keys.map((key, index) => [key, values[index]]))

function differs(now: Table, { keys, values }: TableMark): boolean {
  for (let index = 0; index < keys.length; index++) {
    if (now[keys[index]!] !== values[index]) return true
  }
  // Last, since listing the keys takes longest of all.
  return Object.keys(now).length !== keys.length
}
