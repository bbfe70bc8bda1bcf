import { liveLine } from './live-line.js'

const redrawMs = 100

/** One line that tells how far long work is. */
export interface Progress extends Disposable {
  show(text: string): void
}

/**
 * Shows how far work is on a terminal, in one line that is gone in the end. Anywhere else nothing
 * is shown: what came of it is said when it is done.
 */
export function openProgress(): Progress {
  const draw = liveLine(process.stderr)
  let drawnAt = 0
  return {
    show(text) {
      const now = performance.now()
      if (drawnAt > 0 && now - drawnAt < redrawMs) return
      drawnAt = now
      draw?.(text)
    },
    [Symbol.dispose]() {
      if (drawnAt > 0) draw?.('')
    },
  }
}
