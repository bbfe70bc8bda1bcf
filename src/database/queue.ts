import { DriftpinError } from '../errors.js'

/** The enclosing work of some work, innermost first. Work that it starts inherits it. */
interface Enclosure {
  readonly owner: object
  readonly opened: Error
  readonly outer: Enclosure | undefined
  isOpen: boolean
}

/**
 * The enclosing work of the running code. Without AsyncLocalStorage (outside Node) this is
 * undefined, and a call that waits for itself is not detected.
 */
const enclosures = (() => {
  const asyncHooks = globalThis.process?.getBuiltinModule?.('node:async_hooks')
  return asyncHooks && new asyncHooks.AsyncLocalStorage<Enclosure>()
})()

/**
 * The innermost open enclosure. Closed ones are removed, or work that starts itself repeatedly
 * would carry an ever longer list.
 */
function innermost(enclosure: Enclosure | undefined): Enclosure | undefined {
  while (enclosure && !enclosure.isOpen) enclosure = enclosure.outer
  return enclosure
}

/** Runs work inside `owner`, as `openedByCaller` reports until the work has ended. */
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

/**
 * Refuses a call that waits for the end of `owner` if the calling code runs inside `owner`.
 *
 * @param asked The place of the call.
 * @param text The SQL of the call, or its name.
 * @param subject The call, at the beginning of the message.
 * @throws DriftpinError `waits_for_itself`.
 */
export function refuseInside(
  owner: object,
  asked: Error,
  text?: string,
  subject = 'This statement',
): void {
  const opened = openedByCaller(owner)
  if (!opened) return
  const statement = text === undefined ? '' : `: ${text}`
  throw new DriftpinError(
    'waits_for_itself',
    `${subject} would wait forever: the transaction around it holds the only connection. ` +
      'Use the transaction that was passed to the callback. Call anything else after its end.\n' +
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
 * Gives a resource to one user at a time, in the order of the requests. A user may keep it between
 * two uses, as a session with an open transaction does.
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

  /** Whether a user has it or waits for it. */
  get isHeld(): boolean {
    return this.#owner !== undefined || this.#waiting.length > 0
  }

  /** Takes it, immediately if possible; otherwise returns a promise. */
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

  /** @param keeps Whether the user keeps it until it has taken and released it again. */
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

  /** Ends the waiting of a user that has left, and releases what it keeps without using it. */
  drop(user: User, error: unknown): void {
    this.cancel(user, error)
    if (this.#owner === user && this.#isKept) this.release(user)
  }

  /** Continues with the user that keeps it, or with the first one that waits. */
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
   * Runs `work` after all earlier users have finished.
   *
   * @throws DriftpinError `waits_for_itself` if the caller runs inside work of this queue: it would
   * wait for its own end.
   */
  async hold<T>(this: Queue, work: () => Promise<T>): Promise<T> {
    const asked = new Error('asked for here')
    refuseInside(this, asked)
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

/** The queue of a client. All adapters of the client share it. */
export function queueOf(client: object): Queue {
  const known = queues.get(client)
  if (known) return known
  const queue = new Queue()
  queues.set(client, queue)
  return queue
}

/** The path of this package as it occurs in stacks. */
const root = decodeURIComponent(new URL('../', import.meta.url).pathname).replace(/^\/(?=\w:)/, '')

/** The lines of a stack that are outside this package. */
export function callSite(error: Error, lines = 3): string {
  const stack = (error.stack ?? '').split('\n').slice(1)
  const outside = stack.filter((line) => {
    const path = line.replaceAll('\\', '/')
    return !/node_modules|node:/.test(path) && !path.includes(root)
  })
  return (outside.length > 0 ? outside : stack).slice(0, lines).join('\n')
}
