import type { PGlite } from '@electric-sql/pglite'

/** The status with which the engine leaves a statement that raised an error: a longjmp. */
export const longjmpStatus = 100

/** What PGlite asks of everything that the engine throws is whether it is such an error. */
class EngineCrash {
  readonly #cause: unknown

  constructor(cause: unknown) {
    this.#cause = cause
  }

  /**
   * Thrown where PGlite looks, since it takes whatever else there is for a statement that ended.
   */
  get status(): never {
    throw new Error('The engine crashed.', { cause: this.#cause })
  }
}

/**
 * Lets a crash end what was being run. PGlite would go on with the messages that are left, which an
 * engine that crashed never takes: the process would stand still.
 */
export function stopAtCrash(pglite: PGlite): void {
  const engine = pglite.Module as unknown as { _PostgresMainLoopOnce?: () => void }
  const { _PostgresMainLoopOnce: runOne } = engine
  if (!runOne) return
  engine._PostgresMainLoopOnce = () => {
    try {
      runOne()
    } catch (error) {
      if ((error as { status?: unknown }).status === longjmpStatus) throw error
      throw new EngineCrash(error)
    }
  }
}
