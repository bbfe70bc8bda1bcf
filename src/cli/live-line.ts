import { clearLine, cursorTo } from 'node:readline'
import type { WriteStream } from 'node:tty'

/** Draws one line of a terminal again and again; undefined where a stream is no such terminal. */
export function liveLine(stream: WriteStream): ((text: string) => void) | undefined {
  if (stream.isTTY !== true || process.env.TERM === 'dumb') return undefined
  return (text) => {
    cursorTo(stream, 0)
    stream.write(text.slice(0, (stream.columns || 80) - 1))
    clearLine(stream, 1)
  }
}
