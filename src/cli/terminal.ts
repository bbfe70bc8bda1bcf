import { relative } from 'node:path'
import { clearLine, cursorTo } from 'node:readline'
import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'
import stringWidth from 'string-width'

/** The part of a stream that says whether, and how wide, a terminal is behind it. */
interface TerminalLike {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** The columns of a terminal. Undefined for a file or a pipe, where nothing is cut or wrapped. */
export function screenWidth(stream: TerminalLike = process.stdout): number | undefined {
  return stream.isTTY ? stream.columns || 80 : undefined
}

/** Whether a stream gets colour: it is a terminal, and NO_COLOR is not set (see no-color.org). */
function wantsColour(stream: TerminalLike): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env
  if (NO_COLOR || FORCE_COLOR === '0') return false
  return stream.isTTY === true || Boolean(FORCE_COLOR)
}

/** Colours a text if the stream that it will be printed on gets colour. */
export function paint(
  format: Parameters<typeof styleText>[0],
  text: string,
  stream: TerminalLike = process.stdout,
): string {
  // Without this option Node would check its own standard output again.
  return wantsColour(stream) ? styleText(format, text, { validateStream: false }) : text
}

/**
 * Makes a text from outside safe for one line of a terminal. Control characters, which could move
 * the cursor or change the title, are shown as escapes.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const known: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
    return known[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`
  })
}

/** The same for a text whose line breaks are kept. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n')

/** A path as a person would type it in the current directory. */
export function shownPath(path: string): string {
  const here = relative(process.cwd(), path)
  return printable(here !== '' && !here.startsWith('..') && here.length < path.length ? here : path)
}

/** A text as one word of a shell, in quotes if it needs them. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Cuts a text to a number of columns. An ellipsis marks the missing part: at the end, or at the
 * start for texts that are known by their end, such as paths.
 */
export function shorten(text: string, width: number, keep: 'start' | 'end' = 'start'): string {
  if (stringWidth(text) <= width) return text
  const parts = Array.from(graphemes.segment(text), ({ segment }) => segment)
  if (keep === 'end') parts.reverse()
  let room = Math.max(1, width) - 1
  const kept: string[] = []
  for (const part of parts) {
    room -= stringWidth(part)
    if (room < 0) break
    kept.push(part)
  }
  return keep === 'end' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`
}

/** Joins parts with spaces into lines of at most `width` columns. No part is broken. */
export function joinToWidth(parts: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && stringWidth(last) + 1 + stringWidth(part) <= width) {
      lines[lines.length - 1] = `${last} ${part}`
    } else lines.push(part)
  }
  return lines
}

/**
 * Breaks long lines between words, because a terminal would break them within a word. The
 * indentation of a line is repeated on the lines that continue it.
 */
export function wrapLines(text: string, width: number | undefined): string {
  if (width === undefined) return text
  const wrapped = text.split('\n').map((line) => {
    if (stringWidth(line) <= width) return line
    const [indentation] = /^ */.exec(line)!
    const words = line.slice(indentation.length).split(' ')
    const lines = joinToWidth(words, width - indentation.length)
    return lines.map((one) => indentation + one).join('\n')
  })
  return wrapped.join('\n')
}

/** A text after a label of a certain width. Lines that continue it are indented by that width. */
export function wrapAfter(labelWidth: number, text: string, width = screenWidth()): string {
  if (width === undefined) return text
  return joinToWidth(text.split(' '), width - labelWidth).join(`\n${' '.repeat(labelWidth)}`)
}

/** Prints sentences on standard output. On a terminal, long lines are broken between words. */
export function say(text: string): void {
  console.log(wrapLines(text, screenWidth()))
}

/** The same on standard error, for everything that is not the result of a command. */
export function warn(text: string): void {
  console.error(wrapLines(text, screenWidth(process.stderr)))
}

/**
 * Prints a value as JSON. Characters that a terminal could obey, or not show, are escaped; JSON
 * allows this everywhere.
 */
export function printJson(value: unknown): void {
  const text = JSON.stringify(value, null, 2)
  console.log(text.replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, escapeUnits))
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

/** A count with its noun: `1 chat`, `1,200 chats`, `2 histories`. */
export function countNoun(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`
}

/** A number of bytes for a person: `312 B`, `4.2 KiB`, `1.0 MiB`. */
export function humanSize(bytes: number): string {
  let size = bytes
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (size < 1024) return `${unit === 'B' ? size : size.toFixed(1)} ${unit}`
    size /= 1024
  }
  return `${size.toFixed(1)} TiB`
}

/** A duration for a person: `0.4 ms`, `85 ms`, `3.2 s`. */
export function humanDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`
  return `${(milliseconds / 1000).toFixed(1)} s`
}

const agoUnits = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** How long ago a time was, for a person: `just now`, `5 min ago`, `3 d ago`. */
export function humanAgo(date: Date, now: Date = new Date()): string {
  const past = now.getTime() - date.getTime()
  for (const [unit, size] of agoUnits) {
    if (past >= size) return `${Math.floor(past / size)} ${unit} ago`
  }
  // The clocks of two machines may differ by some seconds.
  return past > -60_000 ? 'just now' : date.toISOString().slice(0, 16).replace('T', ' ')
}

/** A time to the second, in UTC, marked with Z. */
export function exactTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`
}

/** The label of a migration: its number, in at least six digits, and its name. */
export function migrationLabel({ version, name }: { version: number; name: string }): string {
  return `${String(version).padStart(6, '0')}_${name}`
}

/** A function that redraws one line of a terminal. Undefined if the stream is not a terminal. */
export function liveLine(stream: WriteStream): ((text: string) => void) | undefined {
  if (stream.isTTY !== true || process.env.TERM === 'dumb') return undefined
  return (text) => {
    cursorTo(stream, 0)
    stream.write(text.slice(0, (stream.columns || 80) - 1))
    clearLine(stream, 1)
  }
}

const redrawMs = 100
/** Work that ends earlier shows no progress. */
const quietMs = 400

/** Shows the progress of long work. Disposing it removes the line. */
export interface Progress extends Disposable {
  show(text: string): void
}

/**
 * Shows progress in one line of a terminal, which is removed at the end. If standard error is not
 * a terminal, nothing is shown: the command prints its result at the end anyway.
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
