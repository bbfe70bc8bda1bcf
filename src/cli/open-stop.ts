import { constants } from 'node:os'

/** Tells whether somebody wants the work to end before its time. */
export interface Stop extends Disposable {
  readonly signal: AbortSignal
  stopped(): boolean
  /** What a process says that a signal ended, such as 130. */
  exitCode(): number
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** npm and tsx hand on what the terminal sends to every process anyway: one Ctrl-C comes thrice. */
const sameMs = 1000

/**
 * Turns Ctrl-C, and what else asks a process to end, into a wish, so that it can put away what it
 * works on. Whoever presses it once more ends the process there and then.
 *
 * @param notice What is said at the first one: what is waited for.
 */
export function openStop(notice: string): Stop {
  const controller = new AbortController()
  let exitCode = 0
  let firstAt = 0
  const ignore = () => {
    for (const name of names) process.off(name, stop)
  }
  const stop = (name: (typeof names)[number]) => {
    if (controller.signal.aborted) {
      if (performance.now() - firstAt < sameMs) return
      ignore()
      process.kill(process.pid, name)
      return
    }
    firstAt = performance.now()
    exitCode = 128 + constants.signals[name]
    controller.abort()
    // The line of a progress, and the ^C in it, are left as they stand.
    const line = process.stderr.isTTY ? '\n' : ''
    process.stderr.write(`${line}${notice}\n`)
  }
  for (const name of names) process.on(name, stop)
  return {
    signal: controller.signal,
    stopped: () => controller.signal.aborted,
    exitCode: () => exitCode,
    [Symbol.dispose]: ignore,
  }
}
