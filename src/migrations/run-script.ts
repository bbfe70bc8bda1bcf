import {
  controlsTransaction,
  type Queryable,
  runsOutsideTransaction,
  type ScriptStatement,
  type Session,
  splitStatements,
  sqlState,
  type Transaction,
  withoutWrapping,
} from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { MigrationScript } from './migration.js'

/** feature_not_supported, and undefined_file before version 16. */
const noSuchExtension = new Set(['0A000', '58P01'])

/**
 * The statements of a file, without a BEGIN at the start and a COMMIT at the end, which files for
 * other tools often have: the runner uses its own transaction.
 *
 * @throws DriftpinError `migration_invalid` for other transaction control, and for commands of
 * psql.
 */
export function statementsOf(script: MigrationScript): readonly ScriptStatement[] {
  const statements = withoutWrapping(splitStatements(script.text))
  const stray = statements.find(controlsTransaction)
  if (stray) {
    throw new DriftpinError(
      'migration_invalid',
      `${script.file} begins or ends a transaction in line ${lineAt(script, stray.offset)}, but the ` +
        'runner controls the transaction. Remove the statement, or split the migration there.',
      { file: script.file, statement: stray.text },
    )
  }
  const forPsql = statements.find(({ text }) => text.startsWith('\\'))
  if (forPsql) {
    const command = forPsql.text.split('\n', 1)[0]!
    throw new DriftpinError(
      'migration_invalid',
      `${script.file} has a command of psql in line ${lineAt(script, forPsql.offset)}, which a ` +
        `server does not know: ${command}. Remove it.`,
      { file: script.file, statement: forPsql.text },
    )
  }
  return statements
}

/**
 * Runs a file statement by statement, so that the message has the line of an error: PostgreSQL
 * reports a position only for syntax errors.
 *
 * @throws DriftpinError `migration_failed` with the line, and PostgreSQL's error as the cause.
 */
export async function runScript(
  queryable: Queryable,
  script: MigrationScript,
  statements: readonly ScriptStatement[] = statementsOf(script),
): Promise<void> {
  for (const statement of statements) {
    try {
      await queryable.script(statement.text)
    } catch (error) {
      throw failed(script, statement, error)
    }
  }
}

/**
 * Runs a file in a transaction.
 *
 * @param prepare What runs before it in the same transaction.
 * @throws DriftpinError `migration_failed`, also if only the COMMIT failed.
 */
export async function runInTransaction(
  session: Session,
  script: MigrationScript,
  prepare: (transaction: Transaction) => Promise<unknown> = async () => {},
): Promise<void> {
  const statements = statementsOf(script)
  let ran = false
  const run = session.transaction(async (transaction) => {
    await prepare(transaction)
    await runScript(transaction, script, statements)
    ran = true
  })
  await run.catch((error) => {
    if (!ran || !sqlState(error)) throw error
    throw new DriftpinError(
      'migration_failed',
      `${script.file} failed when it was committed: ${error.message} (SQLSTATE ${sqlState(error)}). ` +
        'Deferred constraints are checked then, so look at the rows that it writes.',
      error,
    )
  })
}

function lineAt({ text }: MigrationScript, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function failed(script: MigrationScript, statement: ScriptStatement, error: unknown) {
  const { message, position } = error as { message?: string; position?: string | number }
  // The position counts characters from 1, but JavaScript counts UTF-16 units from 0.
  const inside = position ? [...statement.text].slice(0, Number(position) - 1).join('').length : 0
  const line = lineAt(script, statement.offset + inside)
  const first = lineAt(script, statement.offset)
  const before = script.text.slice(0, statement.offset + inside)
  const column = [...before.slice(before.lastIndexOf('\n') + 1)].length + 1
  const place = position ? `line ${line}, column ${column}` : `line ${line}`
  const shown = statement.text
    .split('\n')
    .map((text, index) => ({ text, number: first + index }))
    .filter(({ number }) => number <= first + 2 || Math.abs(number - line) <= 2)
    .map(({ text, number }) => `${number === line ? '>' : ' '} ${number} | ${text}`)
  const state = sqlState(error)
  return new DriftpinError(
    'migration_failed',
    `${script.file} failed in ${place}: ${message ?? String(error)}` +
      `${state ? ` (SQLSTATE ${state})` : ''}\n${shown.join('\n')}${hintFor(statement, state)}`,
    error,
  )
}

function hintFor({ words }: ScriptStatement, state: string | undefined): string {
  const isExtension = words[0] === 'create' && words[1] === 'extension'
  if (!isExtension || !noSuchExtension.has(state ?? '')) return ''
  return (
    '\nInstall the extension on the server. The embedded one takes it from npm, as ' +
    '@electric-sql/pglite-NAME, such as pglite-pgvector for vector, where there is such a package.'
  )
}

const addsValue =
  /^alter\s+type\b.*\badd\s+value\s+(?:if\s+not\s+exists\s+)?(?<value>'(?:[^']|'')*')/is

/** Whether one of these statements works only outside a transaction. */
export function needsNoTransaction(statements: readonly ScriptStatement[]): boolean {
  return statements.some((statement, index) => {
    if (runsOutsideTransaction(statement)) return true
    // An enum value may be added in a transaction, but not used in the same one.
    const value = addsValue.exec(statement.text)?.groups?.value
    return (
      value !== undefined && statements.slice(index + 1).some((later) => later.text.includes(value))
    )
  })
}
