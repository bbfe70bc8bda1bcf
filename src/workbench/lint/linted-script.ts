import type { Node } from 'libpg-query'
import { nameOfWord } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import type { Direction, MigrationScript } from '../../migrations/index.js'
import type { Parser } from './syntax-tree.js'

/** A place in a text. Both numbers count from 1, and columns count characters. */
interface Place {
  readonly line: number
  readonly column: number
}

/** Converts the offsets of the parser, in bytes of UTF-8, to lines and columns. */
class SourceLines {
  readonly lines: readonly string[]
  /** The offset of the first byte of each line. */
  private readonly starts: number[] = []

  constructor(text: string) {
    this.lines = text.split('\n')
    let start = 0
    for (const line of this.lines) {
      this.starts.push(start)
      start += Buffer.byteLength(line) + 1
    }
  }

  placeOf(byte: number): Place {
    let [low, high] = [0, this.starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.starts[middle]! <= byte) low = middle
      else high = middle - 1
    }
    const before = Buffer.from(this.lines[low]!).subarray(0, byte - this.starts[low]!)
    return { line: low + 1, column: [...before.toString()].length + 1 }
  }

  /** The place of a character, counted from 0, as in errors of the parser. */
  placeOfCharacter(index: number): Place {
    let left = index
    for (const [number, line] of this.lines.entries()) {
      const length = [...line].length
      if (left <= length) return { line: number + 1, column: left + 1 }
      left -= length + 1
    }
    return { line: this.lines.length, column: [...this.lines.at(-1)!].length + 1 }
  }

  /** The first byte of a line. */
  byteOf(line: number): number {
    return this.starts[line - 1] ?? 0
  }

  textOf(line: number): string {
    return this.lines[line - 1] ?? ''
  }
}

/** A statement, and the bytes from its first word to its end. */
export interface LintedStatement {
  readonly node: Node
  readonly start: number
  readonly end: number
}

/** A token. Names are folded to lower case or without their quotes. */
interface Token {
  readonly text: string
  readonly start: number
}

/** A comment that is the first thing on its line. */
export interface LintedComment {
  readonly text: string
  readonly start: number
  /** The line it ends in. */
  readonly lastLine: number
}

/** One parsed file of a migration. */
export interface LintedScript extends MigrationScript {
  readonly version: number
  readonly direction: Direction
  /** The tables that exist before it, according to the texts of earlier files. */
  readonly tablesBefore: ReadonlySet<string>
  readonly source: SourceLines
  readonly statements: readonly LintedStatement[]
  /** Without comments, in order. */
  readonly tokens: readonly Token[]
  readonly comments: readonly LintedComment[]
}

/**
 * Parses a file.
 *
 * @throws DriftpinError `migration_invalid` with file, line, column and the line, if it is not
 * SQL.
 */
export function parseLintedScript(
  parser: Parser,
  script: MigrationScript,
  of: Pick<LintedScript, 'version' | 'direction' | 'tablesBefore'>,
): LintedScript {
  const source = new SourceLines(script.text)
  const { text } = script
  // The parser refuses an empty text.
  if (text.trim() === '') {
    return { ...script, ...of, source, statements: [], tokens: [], comments: [] }
  }
  let parsed: ReturnType<Parser['parseSync']>
  try {
    parsed = parser.parseSync(text)
  } catch (error) {
    throw notSql(script, source, error)
  }
  const length = Buffer.byteLength(text)
  const statements = (parsed.stmts ?? []).map(
    ({ stmt, stmt_location: start = 0, stmt_len: size }): LintedStatement => ({
      node: stmt!,
      start,
      end: size ? start + size : length,
    }),
  )
  const scanned = parser.scanSync(text).tokens
  const isComment = (name: string) => name === 'SQL_COMMENT' || name === 'C_COMMENT'
  const tokens = scanned
    .filter(({ tokenName }) => !isComment(tokenName))
    .map(({ text: word, start }) => ({ start, text: nameOfWord(word) }))
  const comments = scanned
    .filter(({ tokenName, start }) => {
      const { line, column } = source.placeOf(start)
      const before = [...source.textOf(line)].slice(0, column - 1).join('')
      return isComment(tokenName) && before.trim() === ''
    })
    .map(({ text: comment, start, end }) => ({
      text: comment,
      start,
      lastLine: source.placeOf(end).line,
    }))
  return { ...script, ...of, source, statements, tokens, comments }
}

function notSql({ file }: MigrationScript, source: SourceLines, error: unknown): DriftpinError {
  const { message, sqlDetails } = error as {
    message?: string
    sqlDetails?: { cursorPosition?: number }
  }
  const place = source.placeOfCharacter(sqlDetails?.cursorPosition ?? 0)
  const { line, column } = place
  const text = source.textOf(line)
  const characters = [...text]
  const isCommand = characters[column - 1] === '\\' && text.trimStart().startsWith('\\')
  const what = isCommand
    ? `${text.trim().split(/\s/)[0]} is a command of psql, not SQL: write it as SQL`
    : (message ?? String(error))
  const caret = ' '.repeat(column - 1 + String(line).length + 3)
  return new DriftpinError(
    'migration_invalid',
    `${file} cannot be read in line ${line}, column ${column}: ${what}.\n${line} | ${text}\n` +
      `${caret}^`,
    error,
  )
}

/** The offset of a name in a statement, or of the statement if it is not there. */
export function placeOfName(script: LintedScript, statement: LintedStatement, name: string) {
  const found = script.tokens.find(
    ({ text, start }) => text === name && start >= statement.start && start < statement.end,
  )
  return found?.start ?? statement.start
}
