import { nameOfWord } from './names.js'

/** One statement of a script, and its place in the script. */
export interface ScriptStatement {
  /** From its first word to its semicolon, which is excluded; comments are included. */
  readonly text: string
  /** The index of its first character in the script. */
  readonly offset: number
  /**
   * Its keywords and names as PostgreSQL reads them: in lower case, or unchanged in double quotes.
   * Strings and comments are omitted.
   */
  readonly words: readonly string[]
  /** The index in the script of the first character of each word. */
  readonly wordOffsets: readonly number[]
}

/**
 * A run of numbers, blanks, line comments and signs that do not matter here; or one token that
 * does. A run is bounded, since the engine of JavaScript remembers each of its parts.
 */
const token =
  /(?:[\s.,=<>+*|:&@!?%^~#`[\]{}]+|--[^\n\r]*|\d[\w.]*){1,50}|\/\*|[eE]'|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[\s\S]/y

const blank = /\s+|--[^\n\r]*/y
const startsWord = /[A-Za-z_\u0080-\uffff]/

/**
 * Splits a script at the semicolons between its statements, by the rules of psql: not inside
 * quotes, dollar quotes, (nested) comments, parentheses, or the BEGIN ATOMIC body of a function.
 * Parts without a statement are omitted.
 */
export function splitStatements(script: string): ScriptStatement[] {
  const statements: ScriptStatement[] = []
  let start = -1
  let parentheses = 0
  let words: string[] = []
  let wordOffsets: number[] = []
  let blocks = 0
  const end = (at: number) => {
    if (start >= 0) {
      statements.push({
        text: script.slice(start, at).trimEnd(),
        offset: start,
        words,
        wordOffsets,
      })
    }
    start = -1
    parentheses = 0
    words = []
    wordOffsets = []
    blocks = 0
  }
  token.lastIndex = 0
  while (token.lastIndex < script.length) {
    const at = start < 0 ? afterBlanks(script, token.lastIndex) : token.lastIndex
    if (at >= script.length) break
    token.lastIndex = at
    token.test(script)
    const after = token.lastIndex
    const first = script[at]!
    if (first === '/' && after === at + 2) {
      token.lastIndex = endOfComment(script, at)
      continue
    }
    if (first === ';' && parentheses === 0 && blocks === 0) {
      end(at)
      continue
    }
    if (start < 0) start = at
    if (script[after - 1] === "'" && (after === at + 1 || after === at + 2)) {
      token.lastIndex = endOfQuoted(script, script.slice(at, after), after)
    } else if (first === '"') {
      token.lastIndex = endOfQuoted(script, first, after)
      words.push(nameOfWord(script.slice(at, token.lastIndex)))
      wordOffsets.push(at)
    } else if (first === '$' && after > at + 1) {
      token.lastIndex = endOf(script, script.slice(at, after), after)
    } else if (first === '(') parentheses++
    else if (first === ')') parentheses = Math.max(0, parentheses - 1)
    else if (startsWord.test(first)) {
      const word = nameOfWord(script.slice(at, after))
      words.push(word)
      wordOffsets.push(at)
      blocks = blocksAfter(word, blocks, parentheses, words)
    }
  }
  end(script.length)
  return statements
}

function afterBlanks(script: string, from: number): number {
  blank.lastIndex = from
  let at = from
  while (blank.test(script)) at = blank.lastIndex
  return at
}

/** CASE has an END too, so that it counts inside a body, and only there. */
function blocksAfter(word: string, blocks: number, parentheses: number, words: string[]): number {
  if (parentheses > 0 || words[0] !== 'create') return blocks
  const created = words[1] === 'or' ? words[3] : words[1]
  if (created !== 'function' && created !== 'procedure') return blocks
  if (word === 'begin') return blocks + 1
  if (word === 'case' && blocks > 0) return blocks + 1
  if (word === 'end' && blocks > 0) return blocks - 1
  return blocks
}

function endOf(script: string, closing: string, from: number): number {
  const found = script.indexOf(closing, from)
  return found < 0 ? script.length : found + closing.length
}

/** Past the closing quote; a doubled one stands for itself, and so does one after a backslash. */
function endOfQuoted(script: string, quote: string, from: number): number {
  const closing = quote.at(-1)!
  const escapes = quote.length > 1
  let at = from
  for (;;) {
    const end = script.indexOf(closing, at)
    if (end < 0) return script.length
    const backslash = escapes ? script.indexOf('\\', at) : -1
    if (backslash >= 0 && backslash < end) at = backslash + 2
    else if (script[end + 1] === closing) at = end + 2
    else return end + 1
  }
}

function endOfComment(script: string, from: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  let depth = 0
  for (let found = mark.exec(script); found; found = mark.exec(script)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return script.length
}
