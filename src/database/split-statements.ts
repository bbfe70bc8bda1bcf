/** One statement of a script, and where it stands there. */
export interface ScriptStatement {
  /** From its first word to before its semicolon, comments inside it included. */
  readonly text: string
  /** The index of its first character in the script. */
  readonly offset: number
}

/** The words and signs of SQL that matter for finding the end of a statement. */
const token = new RegExp(
  [
    '(?<blank>\\s+|--[^\\n\\r]*)',
    '(?<comment>/\\*)',
    '(?<number>\\d[\\w.]*)',
    '(?<quote>[eE]?\'|")',
    '(?<dollar>\\$(?:[A-Za-z_\\u0080-\\uffff][\\w\\u0080-\\uffff]*)?\\$)',
    '(?<word>[A-Za-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*)',
    '(?<sign>[^])',
  ].join('|'),
  'y',
)

/**
 * Splits a script at the semicolons between its statements, by the rules psql has: not inside
 * quotes, dollar quotes, (nested) comments, parentheses, or the BEGIN ATOMIC body of a function.
 * Pieces that hold no statement are left out.
 */
export function splitStatements(script: string): ScriptStatement[] {
  const statements: ScriptStatement[] = []
  let start = -1
  let parentheses = 0
  let words: string[] = []
  let blocks = 0
  const end = (at: number) => {
    if (start >= 0) statements.push({ text: script.slice(start, at).trimEnd(), offset: start })
    start = -1
    parentheses = 0
    words = []
    blocks = 0
  }
  token.lastIndex = 0
  while (token.lastIndex < script.length) {
    const at = token.lastIndex
    const { blank, comment, quote, dollar, word, sign } = token.exec(script)!.groups!
    if (blank !== undefined) continue
    if (comment !== undefined) {
      token.lastIndex = endOfComment(script, at)
      continue
    }
    if (sign === ';' && parentheses === 0 && blocks === 0) {
      end(at)
      continue
    }
    if (start < 0) start = at
    if (quote !== undefined) token.lastIndex = endOfQuoted(script, quote, token.lastIndex)
    if (dollar !== undefined) token.lastIndex = endOf(script, dollar, token.lastIndex)
    if (sign === '(') parentheses++
    if (sign === ')') parentheses = Math.max(0, parentheses - 1)
    if (word !== undefined) {
      const lower = word.toLowerCase()
      if (words.length < 4) words.push(lower)
      blocks = blocksAfter(lower, blocks, parentheses, words)
    }
  }
  end(script.length)
  return statements
}

/** CASE has an END too, so that it counts inside a body, and only there. */
function blocksAfter(word: string, blocks: number, parentheses: number, words: string[]): number {
  const created = words.join(' ').replace(' or replace', '')
  if (parentheses > 0 || !/^create (function|procedure)/.test(created)) return blocks
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
