import { DriftpinError } from '../errors.js'

/** Where the test clock stands until a test sets it. */
export const testClockStart = Date.UTC(2026, 0, 1)

/**
 * The time of SQL in one database: `now()`, `clock_timestamp()` and the time in `uuidv7()`.
 * PostgreSQL keeps the time in `uuidv7()` from going backwards within a session. A rewind puts the
 * clock back as well.
 *
 * @example
 * ```ts
 * const tomorrow = (clock: TestClock) => clock.advance(24 * 60 * 60 * 1000)
 * tomorrow(db.clock)
 * ```
 */
export interface TestClock {
  /** The time that `clock_timestamp()` would return, to the millisecond. */
  now(): Date
  /** Stops the clock at a time. `undefined` lets it follow the machine again. */
  set(time: Date | number | undefined): void
  /** Moves a stopped clock by a number of milliseconds, which may be negative. */
  advance(ms: number): void
}

/** @throws DriftpinError `invalid_input` for an invalid time, or for advancing a running clock. */
export function createTestClock(held: { clock: number | undefined }): TestClock {
  const check = (ms: number): number => {
    if (Number.isFinite(ms)) return ms
    throw new DriftpinError('invalid_input', `${ms} is not a time that a clock can be set to.`, {
      ms,
    })
  }
  return {
    now: () => new Date(held.clock ?? Date.now()),
    set: (time) => {
      held.clock = time === undefined ? undefined : check(Number(time))
    },
    advance: (ms) => {
      if (held.clock === undefined) {
        throw new DriftpinError(
          'invalid_input',
          "This clock follows the machine. Stop it with set() first, or pass clock: 'test'.",
          { ms },
        )
      }
      held.clock = check(held.clock + ms)
    },
  }
}
