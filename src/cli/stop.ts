import { constants } from 'node:os'
import { warn } from './terminal.js'

/** Tells whether the user asked the process to end. */
export interface Stop extends Disposable {
  readonly signal: AbortSignal
  /** The exit code of a process that was ended by the signal, such as 130. */
  exitCode(): number
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * A terminal sends a signal to all its processes, and npm and tsx forward it too. So one Ctrl-C can
 * arrive three times within this time.
 */
const sameMs = 1000

/**
 * Turns Ctrl-C and similar signals into a request, so that the process can clean up. A second
 * signal ends the process immediately.
 *
 * @param notice Printed at the first signal. It says what the process waits for.
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
    // The terminal has echoed ^C, perhaps into a progress line. The notice starts below it.
    warn(`${process.stderr.isTTY ? '\n' : ''}${notice}`)
  }
  for (const name of names) process.on(name, stop)
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    [Symbol.dispose]: ignore,
  }
}

/** Enough time to print the reason and to release the lock. */
const graceMs = 500

/**
 * Lets the process end by itself, or ends it after a moment. An engine that crashed or did not
 * start may have left timers that cannot be removed.
 */
export function endWithoutWaiting(): void {
  setTimeout(() => process.exit(), graceMs).unref()
}
