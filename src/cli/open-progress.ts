import { liveLine } from './live-line.js'

const redrawMs = 100
/** Work that is over by then needs no line. */
const quietMs = 400

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
  let isDrawn = false
  let drawAt = performance.now() + quietMs
  return {
    show(text) {
      const now = performance.now()
      if (now < drawAt) return
      drawAt = now + redrawMs
      isDrawn = true
      draw?.(text)
    },
    [Symbol.dispose]() {
      if (isDrawn) draw?.('')
    },
  }
}
