import { relative } from 'node:path'

/**
 * A text from outside, fit for a terminal and for one line: control characters, which could move
 * the cursor or change a title, are shown as escapes.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const known: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
    return known[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`
  })
}

/** The same for a text that keeps its lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n')

/** A path as a person would type it in the current directory. */
export function shownPath(path: string): string {
  const here = relative(process.cwd(), path)
  return printable(here !== '' && !here.startsWith('..') && here.length < path.length ? here : path)
}
