/** Somebody who uses the engine: a client, or who calls PGlite itself. */
export interface EngineUser {
  /** How an error names it. */
  readonly label: string
  /** What it ran last. */
  readonly lastStatement: string | undefined
}

interface Waiter {
  readonly user: EngineUser
  readonly timer: NodeJS.Timeout | undefined
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
  readonly #waiting: Waiter[] = []

  get owner(): EngineUser | undefined {
    return this.#owner
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
    return new Promise((wake, fail) => {
      const since = performance.now()
      const giveUp = () => {
        this.#leave(waiter)
        fail(onTimeout(this.#owner ?? user, performance.now() - since))
      }
      // Without an end there is no timer either, which would keep the process alive.
      const isEndless = waitMsMax === Number.POSITIVE_INFINITY
      const timer = isEndless ? undefined : setTimeout(giveUp, Math.min(waitMsMax, timerMsMax))
      const waiter: Waiter = { user, timer, wake, fail }
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
  }

  #leave(waiter: Waiter): void {
    clearTimeout(waiter.timer)
    this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
  }
}
