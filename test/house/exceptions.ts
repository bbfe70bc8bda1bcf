/** A rule that does not hold somewhere, and why. What is no longer needed turns a test red. */
export interface Exception {
  readonly rule: string
  readonly file: string
  readonly reason: string
}

const error = 'a plain Error is thrown'

export const exceptions: readonly Exception[] = [
  {
    rule: error,
    file: 'src/pglite/sessions/answer.ts',
    reason: 'It is what a crash of the engine is told with, inside this room.',
  },
  {
    rule: error,
    file: 'src/pglite/patch-pglite.ts',
    reason: 'It is thrown at PGlite, to make it stop.',
  },
  {
    rule: error,
    file: 'src/harness/run-functions.ts',
    reason: 'It is the cause of the setup_failed or seed_failed that the lines below make of it.',
  },
  {
    rule: error,
    file: 'src/laws/environment.ts',
    reason: 'It ends a history like any failure of its engine, which the history reports.',
  },
]
