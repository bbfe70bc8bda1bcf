import { DriftpinError } from '../errors.js'

/** What work runs inside of: kept with the work that it starts, innermost first. */
interface Enclosure {
  readonly owner: object
  readonly opened: Error
  readonly outer: Enclosure | undefined
  isOpen: boolean
}

/**
 * Where the running code finds what it runs inside. Without AsyncLocalStorage (outside Node) this
 * is undefined, and a call that waits for itself is not detected.
 */
const enclosures = (() => {
  const asyncHooks = globalThis.process?.getBuiltinModule?.('node:async_hooks')
  return asyncHooks && new asyncHooks.AsyncLocalStorage<Enclosure>()
})()

/**
 * The innermost enclosure that is open. Closed ones are forgotten, or work that starts itself again
 * and again would carry an ever longer list along.
 */
function innermost(enclosure: Enclosure | undefined): Enclosure | undefined {
  while (enclosure && !enclosure.isOpen) enclosure = enclosure.outer
  return enclosure
}

/** Runs work that `openedByCaller` knows to be inside of `owner` until it has ended. */
export async function enclose<T>(owner: object, opened: Error, work: () => Promise<T>): Promise<T> {
  const outer = innermost(enclosures?.getStore())
  const enclosure: Enclosure = { owner, opened, outer, isOpen: true }
  try {
    return await (enclosures ? enclosures.run(enclosure, work) : work())
  } finally {
    enclosure.isOpen = false
  }
}

/**
 * Where `owner` was opened, if the calling code runs inside it: a call that waits for the end of
 * `owner` would wait for itself.
 */
export function openedByCaller(owner: object): Error | undefined {
  let enclosure = innermost(enclosures?.getStore())
  while (enclosure && enclosure.owner !== owner) enclosure = innermost(enclosure.outer)
  return enclosure?.opened
}

/**
 * Runs `work` outside all enclosing work. A notification can arrive while a statement runs, and its
 * handler is not part of that statement.
 */
export function outsideAll(work: () => void): void {
  if (enclosures) enclosures.exit(work)
  else work()
}

export function waitsForItself(opened: Error, asked: Error, text?: string): DriftpinError {
  const statement = text === undefined ? '' : `: ${text}`
  return new DriftpinError(
    'waits_for_itself',
    'This statement would wait forever: the transaction around it holds the only connection. ' +
      'Use the transaction that was passed to the callback.\n' +
      `The transaction was opened\n${callSite(opened)}\nThe statement is${statement}\n` +
      callSite(asked),
    { opened, asked },
  )
}

interface Waiter<User> {
  readonly user: User
  readonly timer: ReturnType<typeof setTimeout> | undefined
  readonly wake: () => void
  readonly fail: (error: unknown) => void
}

/** How long a user waits, and the error that ends a longer wait. */
export interface WaitLimit<User> {
  readonly waitMsMax: number
  readonly onTimeout: (owner: User, waitedMs: number) => unknown
}

/** The longest timer of JavaScript: about 24 days. */
const timerMsMax: number = 2 ** 31 - 1

/** Read before a test fakes them. */
const { setTimeout, clearTimeout } = globalThis

/**
 * Lets one user at a time have something, in the order in which they ask. A user may keep it
 * between two uses, as a session does that has a transaction open.
 */
export class Queue<User extends object = object> {
  #owner: User | undefined
  #isKept = false
  readonly #waiting: Waiter<User>[] = []

  get owner(): User | undefined {
    return this.#owner
  }

  /** Whether the owner keeps it without using it. */
  get isKept(): boolean {
    return this.#isKept
  }

  /** Whether somebody has it or waits for it. */
  get isHeld(): boolean {
    return this.#owner !== undefined || this.#waiting.length > 0
  }

  /** Takes it, at once if that is possible; otherwise the answer is a promise. */
  take(user: User, limit?: WaitLimit<User>): Promise<void> | undefined {
    if (this.#owner === user && this.#isKept) {
      this.#isKept = false
      return undefined
    }
    if (!this.#owner && this.#waiting.length === 0) {
      this.#give(user)
      return undefined
    }
    return new Promise((wake, fail) => {
      const since = performance.now()
      const giveUp = () => {
        this.#leave(waiter)
        fail(limit!.onTimeout(this.#owner ?? user, performance.now() - since))
      }
      const waitMsMax = limit?.waitMsMax ?? Number.POSITIVE_INFINITY
      // Without a limit there is no timer either, which would keep the process alive.
      const isLimited = waitMsMax !== Number.POSITIVE_INFINITY
      const timer = isLimited ? setTimeout(giveUp, Math.min(waitMsMax, timerMsMax)) : undefined
      const waiter: Waiter<User> = { user, timer, wake, fail }
      this.#waiting.push(waiter)
    })
  }

  /** @param keeps Whether nobody else may have it before this user takes and releases it again. */
  release(user: User, keeps = false): void {
    if (this.#owner !== user) return
    const next = keeps ? this.#waiting.find((waiter) => waiter.user === user) : this.#waiting[0]
    if (!next) {
      this.#isKept = keeps
      if (!keeps) this.#owner = undefined
      return
    }
    this.#leave(next)
    if (keeps) this.#isKept = false
    else this.#give(next.user)
    next.wake()
  }

  /** Ends the waiting of one user with an error. */
  cancel(user: User, error: unknown): void {
    for (const waiter of this.#waiting.filter((one) => one.user === user)) {
      this.#leave(waiter)
      waiter.fail(error)
    }
  }

  /** Ends the waiting of a user that is gone, and releases what it keeps without using it. */
  drop(user: User, error: unknown): void {
    this.cancel(user, error)
    if (this.#owner === user && this.#isKept) this.release(user)
  }

  /** Begins again with a user that keeps it, or with the first that waits. */
  begin(owner: User | undefined): void {
    this.#owner = owner
    this.#isKept = owner !== undefined
    const next = this.#waiting[0]
    if (!next || owner) return
    this.#leave(next)
    this.#give(next.user)
    next.wake()
  }

  /** Ends all waiting with an error. */
  fail(error: unknown): void {
    for (const { user } of [...this.#waiting]) this.cancel(user, error)
    this.#owner = undefined
    this.#isKept = false
  }

  /**
   * Runs `work` when all that asked before have finished.
   *
   * @throws DriftpinError `waits_for_itself` when the caller runs inside of work that this runs: it
   * would wait for its own end.
   */
  async hold<T>(this: Queue, work: () => Promise<T>): Promise<T> {
    const asked = new Error('asked for here')
    const opened = openedByCaller(this)
    if (opened) throw waitsForItself(opened, asked)
    const user = {}
    await this.take(user)
    try {
      return await enclose(this, asked, work)
    } finally {
      this.release(user)
    }
  }

  #give(user: User): void {
    this.#owner = user
    this.#isKept = false
  }

  #leave(waiter: Waiter<User>): void {
    clearTimeout(waiter.timer)
    this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
  }
}

const queues = new WeakMap<object, Queue>()

/** The queue of a client, the same one for every adapter of that client. */
export function queueOf(client: object): Queue {
  const known = queues.get(client)
  if (known) return known
  const queue = new Queue()
  queues.set(client, queue)
  return queue
}

/** Where this package is, as paths are in a stack. */
const root = decodeURIComponent(new URL('../', import.meta.url).pathname).replace(/^\/(?=\w:)/, '')

/** The lines of a stack that its reader can do something about: outside of this package. */
export function callSite(error: Error, lines = 3): string {
  const stack = (error.stack ?? '').split('\n').slice(1)
  const outside = stack.filter((line) => {
    const path = line.replaceAll('\\', '/')
    return !/node_modules|node:/.test(path) && !path.includes(root)
  })
  return (outside.length > 0 ? outside : stack).slice(0, lines).join('\n')
}
