import { timerMsMax } from '../../database/index.js'
import { type EngineUser, WireError } from './wire-error.js'

/** Taken before a test fakes them. */
const { setTimeout, clearTimeout } = globalThis

/**
 * Who holds advisory locks beyond a transaction. The engine has one session, which can take a lock
 * again that it has: so whoever asks for any waits while another holds some.
 */
export class AdvisoryLocks {
  #holder: EngineUser | undefined
  readonly #waiters = new Map<EngineUser, (error?: unknown) => void>()

  get holder(): EngineUser | undefined {
    return this.#holder
  }

  areHeldAgainst(session: EngineUser): boolean {
    return this.#holder !== undefined && this.#holder !== session
  }

  /** @param holdsSome Whether the session was found to hold some. */
  note(session: EngineUser, holdsSome: boolean): void {
    // Whoever comes later only sees those of the holder, in the one session that there is.
    if (holdsSome) this.#holder ??= session
    else if (this.#holder === session) this.free()
  }

  free(): void {
    this.#holder = undefined
    for (const wake of this.#waiters.values()) wake()
  }

  /** Ends the waiting of a session, by an error. */
  cancel(session: EngineUser, error: unknown): void {
    this.#waiters.get(session)?.(error)
  }

  /**
   * Waits until no other session holds any.
   *
   * @throws WireError 55P03 after `waitMsMax`.
   */
  async untilFree(session: EngineUser, waitMsMax: number): Promise<void> {
    const since = performance.now()
    while (this.#holder && this.#holder !== session) {
      const left = Math.min(waitMsMax, timerMsMax) - (performance.now() - since)
      if (left <= 0) {
        throw new WireError('ERROR', {
          code: '55P03',
          message: `waited ${waitMsMax} ms for advisory locks that ${this.#holder.label} holds`,
          hint: 'A PGlite has one session, in which a lock cannot be held against another.',
        })
      }
      await new Promise<void>((resolve, reject) => {
        const wake = (error?: unknown) => {
          clearTimeout(timer)
          this.#waiters.delete(session)
          if (error === undefined) resolve()
          else reject(error)
        }
        const timer = setTimeout(wake, left)
        this.#waiters.set(session, wake)
      })
    }
  }
}
