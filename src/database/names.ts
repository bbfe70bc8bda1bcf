import { DriftpinError } from '../errors.js'

const utf8 = new TextEncoder()

/**
 * Quotes a name for use in SQL. The only place where a name becomes SQL text.
 *
 * @throws DriftpinError `invalid_input` for an empty name, a NUL, a lone surrogate, or more than
 * 63 bytes, which PostgreSQL would truncate silently.
 */
export function quoteIdentifier(name: string): string {
  const bytes = utf8.encode(name).length
  if (bytes === 0 || bytes > 63 || name.includes('\0') || !name.isWellFormed()) {
    throw new DriftpinError(
      'invalid_input',
      `${JSON.stringify(name)} cannot be a name in PostgreSQL: it must have 1 to 63 bytes of ` +
        `UTF-8 without NUL, and has ${bytes} bytes. Choose another name.`,
      { name, bytes },
    )
  }
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * Quotes a text for a statement that cannot have parameters. It is also correct for a server with
 * `standard_conforming_strings` off, where a backslash is an escape character.
 */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

/** Matches almost every word, so the check saves time. */
const isAscii = /^[\w$]*$/

/**
 * The name that a word of SQL stands for: the text in its quotes, or the word in lower case.
 * PostgreSQL folds only the 26 letters of ASCII.
 */
export function nameOfWord(word: string): string {
  if (word.startsWith('"')) return word.slice(1, -1).replaceAll('""', '"')
  return isAscii.test(word)
    ? word.toLowerCase()
    : word.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

const channelPrefix = 'driftpin_'

/**
 * The channel on which operations notify with `notify: true`: `driftpin_<schema>`.
 *
 * @example
 * ```ts
 * await database.listen(notificationChannel(database.schema), (payload) => console.log(payload))
 * ```
 */
export function notificationChannel(schema: string): string {
  return `${channelPrefix}${schema}`
}

/**
 * Refuses a name that a schema of driftpin cannot have.
 *
 * @throws DriftpinError `invalid_input` for an empty name, for names that begin with `pg_`, which
 * PostgreSQL reserves, and for more than 54 bytes, because the channel of its notifications is
 * `driftpin_` and the name, and has at most 63.
 */
export function checkSchemaName(schema: string): void {
  quoteIdentifier(schema)
  quoteIdentifier(notificationChannel(schema))
  if (schema.startsWith('pg_') || schema === 'information_schema') {
    throw new DriftpinError(
      'invalid_input',
      `The schema ${JSON.stringify(schema)} belongs to PostgreSQL. Choose another name.`,
      { schema },
    )
  }
}

/** The search path for a schema. pg_temp is last, or a temporary table would be found first. */
export function searchPath(schema: string): string {
  return `${quoteIdentifier(schema)}, pg_temp`
}
