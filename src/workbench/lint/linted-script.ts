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

/** A text in which the parser counts bytes of UTF-8, and people count lines and columns. */
class SourceText {
  readonly lines: readonly string[]
  readonly #bytes: Buffer

  constructor(text: string) {
    this.lines = text.split('\n')
    this.#bytes = Buffer.from(text)
  }

  placeOf(byte: number): Place {
    const before = this.slice(0, byte).split('\n')
    return { line: before.length, column: [...before.at(-1)!].length + 1 }
  }

  /** The first byte of a line. */
  byteOf(line: number): number {
    const before = this.lines.slice(0, line - 1)
    return before.reduce((bytes, text) => bytes + Buffer.byteLength(text) + 1, 0)
  }

  slice(start: number, end?: number): string {
    return this.#bytes.subarray(start, end).toString()
  }

  /** What stands before a byte in its line. */
  beforeInLine(byte: number): string {
    return this.slice(byte > 0 ? this.#bytes.lastIndexOf(10, byte - 1) + 1 : 0, byte)
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
  readonly end: number
}

/** One parsed file of a migration. */
export interface LintedScript extends MigrationScript {
  readonly version: number
  readonly direction: Direction
  /** The tables that exist before it, according to the texts of earlier files. */
  readonly tablesBefore: ReadonlySet<string>
  readonly source: SourceText
  readonly statements: readonly LintedStatement[]
  /** Without comments, in order. */
  readonly tokens: readonly Token[]
  readonly comments: readonly LintedComment[]
}

/** A place that breaks a rule. */
export interface Offence {
  readonly script: LintedScript
  /** The offset in the file, in bytes. */
  readonly at: number
  /** A sentence that says what happens there, with the names. */
  readonly message: string
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
  const source = new SourceText(script.text)
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
      return isComment(tokenName) && source.beforeInLine(start).trim() === ''
    })
    .map(({ text: comment, start, end }) => ({ text: comment, start, end }))
  return { ...script, ...of, source, statements, tokens, comments }
}

function notSql({ file }: MigrationScript, source: SourceText, error: unknown): DriftpinError {
  const { message, sqlDetails } = error as {
    message?: string
    sqlDetails?: { cursorPosition?: number }
  }
  // The parser counts this position in characters.
  const before = [...source.slice(0)].slice(0, sqlDetails?.cursorPosition ?? 0).join('')
  const { line, column } = source.placeOf(Buffer.byteLength(before))
  const text = source.lines[line - 1]!
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
