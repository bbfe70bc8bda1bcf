/** Enough for the process to say why it ends, and to give its lock back. */
const graceMs = 500

/**
 * Lets the process end by itself, and ends it where it does not: an engine that crashed, or did not
 * start, may have left timers that nobody can take back.
 */
export function endWithoutWaiting(): void {
  setTimeout(() => process.exit(), graceMs).unref()
}
