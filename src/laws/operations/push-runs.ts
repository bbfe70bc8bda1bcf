import fc from 'fast-check'
import { weighted } from '../choices.js'
import type { Run } from '../model/model.js'
import { later, type Time } from '../model/time.js'

/** A day in microseconds. */
export const day = 24 * 60 * 60 * 1_000_000

const id = (digit: number) => `5f000000-0000-4000-8000-00000000000${digit}`

/** What the process that pushes says about its start. */
const runs = {
  /** The process that pushed last, or one that does not say. */
  stored: (stored) => stored,
  none: () => null,
  /** An agent that restarts. */
  new: (_, now, digit) => ({ id: id(digit), startedAt: now }),
  /** A push of a process that was replaced. */
  earlier: (stored, now, digit) => ({
    id: id(digit),
    startedAt: later(stored?.startedAt ?? now, -1),
  }),
  simultaneous: (stored, now, digit) => ({ id: id(digit), startedAt: stored?.startedAt ?? now }),
  'other start of the same': (stored, now, digit) => ({
    id: stored?.id ?? id(digit),
    startedAt: later(stored?.startedAt ?? now, 1),
  }),
  'latest possible': (_, now, digit) => ({ id: id(digit), startedAt: later(now, day) }),
  'too late': (_, now, digit) => ({ id: id(digit), startedAt: later(now, day + 1) }),
} satisfies Record<string, (stored: Run | null, now: Time, digit: number) => Run | null>

interface RunChoice {
  readonly as: keyof typeof runs
  readonly digit: number
}

export const runChoice: fc.Arbitrary<RunChoice> = fc.record({
  as: weighted<RunChoice['as']>(
    [12, fc.constant('stored')],
    [4, fc.constant('new')],
    [3, fc.constant('earlier')],
    [1, fc.constantFrom('none', 'simultaneous', 'other start of the same', 'too late')],
    // It refuses all later processes for a day.
    [1, fc.constantFrom('new', 'new', 'new', 'latest possible')],
  ),
  digit: fc.nat(3),
})

/** The run of a push at `now` to an agent that has stored a run or none. */
export function runOf({ as, digit }: RunChoice, stored: Run | null, now: Time): Run | undefined {
  return runs[as](stored, now, digit) ?? undefined
}

/** The processes of an agent in a race. */
export const raceRuns: readonly Run[] = [1, 2].map((digit) => ({
  id: id(digit),
  startedAt: `2026-01-01T00:00:0${digit}.000000Z`,
}))
