import type { PGlite } from '@electric-sql/pglite'
import type pg from 'pg'
import { refuseCopyFromStdin, splitStatements } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { UsageError } from './command-error.js'

/** The result of one statement. Values are texts, as PostgreSQL prints them. */
export interface StatementResult {
  /** The first word of the command tag. */
  readonly command: string
  /** The number of rows returned or written, if the command has one. */
  readonly rowCount: number | undefined
  readonly columns: readonly { readonly name: string; readonly typeId: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Receives each notice of the server, such as that of DROP TABLE IF EXISTS. */
export type OnNotice = (notice: string) => void

/**
 * Checks statements before they are sent.
 *
 * @throws UsageError for statements that would hang, whose result would be lost, or that are not
 * SQL.
 */
function checkStatements(text: string): void {
  const statements = splitStatements(text)
  if (statements.length === 0) throw new UsageError('The text contains no statement.')
  refuseCopyFromStdin(text)
  for (const { text: one, words } of statements) {
    if (one.startsWith('\\')) {
      const [word] = one.split(/\s/, 1)
      throw new UsageError(`${word} is a psql command, not SQL. Nothing was run.`)
    }
    if (words[0] === 'copy' && words.join(' ').includes(' to stdout')) {
      throw new UsageError('COPY TO STDOUT works in psql only. Nothing was run. SELECT the rows.')
    }
  }
}

/** The error for a text that has a BEGIN without a COMMIT. */
function leftOpen(): UsageError {
  return new UsageError(
    'The statements left a transaction open, and it was rolled back. End them with COMMIT.',
  )
}

const asItComes = (text: string) => text

/**
 * Sends statements to a server in one message. Unless they contain a BEGIN, they run as one
 * transaction. The caller must not use the client for anything else afterwards.
 */
export async function runOnClient(
  client: pg.PoolClient,
  text: string,
  onNotice: OnNotice,
): Promise<StatementResult[]> {
  checkStatements(text)
  client.on('notice', ({ severity, message }) => onNotice(`${severity}: ${message}`))
  // The query reports a lost connection. Without this listener it would also end the process.
  client.on('error', () => {})
  const types = { getTypeParser: () => asItComes }
  const results = [await client.query<(string | null)[]>({ text, rowMode: 'array', types })].flat()
  if (client.getTransactionStatus() !== 'I') throw leftOpen()
  return results.map(({ command, rowCount, fields, rows }) => ({
    command: command ?? '',
    rowCount: rowCount ?? undefined,
    columns: fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID })),
    rows,
  }))
}

/** The same in a PGlite's own session, within a transaction that may be open there. */
export async function runOnPGlite(
  pglite: PGlite,
  text: string,
  onNotice: OnNotice,
): Promise<StatementResult[]> {
  checkStatements(text)
  await pglite.waitReady
  const wasOpen = pglite.isInTransaction()
  const results = await pglite.exec(text, {
    rowMode: 'array',
    // PGlite parses the values of every type that is not named here.
    parsers: Object.fromEntries(Object.keys(pglite.parsers).map((id) => [id, asItComes])),
    onNotice: ({ severity, message }) => onNotice(`${severity}: ${message}`),
  })
  const answers = results.map(({ command, rowCount, fields, rows }) => {
    // After some crashes PGlite reports an empty success.
    if (command === undefined) throw crashed(text)
    return {
      command,
      rowCount,
      columns: fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID })),
      rows: rows as unknown as (string | null)[][],
    }
  })
  if (pglite.isInTransaction() && !wasOpen) throw leftOpen()
  return answers
}

function crashed(text: string): DriftpinError {
  return new DriftpinError(
    'engine_broken',
    'A statement crashed the embedded PostgreSQL. Everything that was not committed before is lost.',
    { text },
  )
}
