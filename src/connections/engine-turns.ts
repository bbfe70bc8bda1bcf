/** Somebody who uses the engine: a client, or who calls PGlite itself. */
export interface EngineUser {
  /** How an error names it. */
  readonly label: string
  /** What it ran last. */
  readonly lastStatement: string | undefined
}

interface Waiter {
  readonly user: EngineUser
  readonly since: number
  readonly timer: NodeJS.Timeout
  readonly wake: () => void
  readonly fail: (error: unknown) => void
}

/** The longest timer there is: about 24 days. */
export const timerMsMax: number = 2 ** 31 - 1

/** Taken before a test fakes them. */
const { setTimeout, clearTimeout } = globalThis

/**
 * Who may use the engine: one at a time, first come first served. Whoever has a transaction open
 * keeps it between two batches.
 */
export class EngineTurns {
  #owner: EngineUser | undefined
  /** Whether the owner is between two batches of a transaction. */
  #isKept = false
  #since = 0
  readonly #waiting: Waiter[] = []

  get owner(): EngineUser | undefined {
    return this.#owner
  }

  /** Since when the owner has the engine, by `performance.now()`. */
  get since(): number {
    return this.#since
  }

  get waiting(): readonly EngineUser[] {
    return this.#waiting.map(({ user }) => user)
  }

  /** Whether the owner has it without running anything. */
  get isKept(): boolean {
    return this.#isKept
  }

  /**
   * Takes the engine, at once where that is possible; otherwise the answer is a promise.
   *
   * @param onTimeout Makes the error that a wait of `waitMsMax` ends with.
   */
  take(
    user: EngineUser,
    waitMsMax: number,
    onTimeout: (owner: EngineUser, waitedMs: number) => unknown,
  ): Promise<void> | undefined {
    if (this.#owner === user && this.#isKept) {
      this.#isKept = false
      return undefined
    }
    if (!this.#owner && this.#waiting.length === 0) {
      this.#give(user)
      return undefined
    }
    const waitMs = Math.min(waitMsMax, timerMsMax)
    return new Promise((wake, fail) => {
      const since = performance.now()
      const timer = setTimeout(() => {
        this.#leave(waiter)
        fail(onTimeout(this.#owner ?? user, performance.now() - since))
      }, waitMs)
      const waiter: Waiter = { user, since, timer, wake, fail }
      this.#waiting.push(waiter)
    })
  }

  /** @param keeps Whether it has a transaction open, in which nobody else may speak. */
  release(user: EngineUser, keeps: boolean): void {
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

  /** Ends the waiting of one user, by an error. */
  cancel(user: EngineUser, error: unknown): void {
    for (const waiter of this.#waiting.filter((one) => one.user === user)) {
      this.#leave(waiter)
      waiter.fail(error)
    }
  }

  /** Takes the engine from a user that is no more, unless it runs something, and its waiting. */
  drop(user: EngineUser, error: unknown): void {
    this.cancel(user, error)
    if (this.#owner === user && this.#isKept) this.release(user, false)
  }

  /** Begins anew with whoever has a transaction open, if anybody. */
  begin(owner: EngineUser | undefined): void {
    this.#owner = owner
    this.#isKept = owner !== undefined
    this.#since = performance.now()
    const next = this.#waiting[0]
    if (!next || owner) return
    this.#leave(next)
    this.#give(next.user)
    next.wake()
  }

  /** Nobody has it any more, and nobody gets it. */
  fail(error: unknown): void {
    for (const { user } of [...this.#waiting]) this.cancel(user, error)
    this.#owner = undefined
    this.#isKept = false
  }

  #give(user: EngineUser): void {
    this.#owner = user
    this.#isKept = false
    this.#since = performance.now()
  }

  #leave(waiter: Waiter): void {
    clearTimeout(waiter.timer)
    this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
  }
}
