import {
  beginsTransaction,
  controlsTransaction,
  type Database,
  endsTransaction,
  type ScriptStatement,
  type Session,
  splitStatements,
  sqlState,
  withoutWrapping,
} from '../database/index.js'
import { DriftpinError, messageOf } from '../errors.js'
import type { MigrationScript } from './migration.js'
import { needsNoTransaction, runInTransaction, runScript } from './run-script.js'
import { recordSession } from './session-state.js'

/**
 * active_sql_transaction, unsafe_new_enum_value_usage and invalid_transaction_termination: errors
 * of statements that would succeed outside a transaction.
 */
const refusedInTransaction = new Set(['25001', '55P04', '2D000'])

/**
 * Runs files one after the other on one connection, each in a transaction if possible. The session
 * state is restored after each file: a dump from pg_dump, for example, empties the search_path.
 *
 * @throws DriftpinError `migration_failed` with the file, and PostgreSQL's error as the cause.
 */
export async function runMigrationFiles(
  database: Database,
  files: readonly MigrationScript[],
): Promise<void> {
  await database.withSession(async (session) => {
    const restore = await recordSession(session, files)
    for (const file of files) {
      try {
        await runFile(session, file)
      } catch (error) {
        // After a lost connection nothing can be restored, and the first error is what matters.
        await restore(session).catch(() => {})
        throw error
      }
      await restore(session, file)
    }
  })
}

async function runFile(session: Session, script: MigrationScript): Promise<void> {
  const statements = splitStatements(script.text)
  if (!script.transaction || needsNoTransaction(statements) || hasOwn(statements)) {
    return await runInPieces(session, script, statements)
  }
  try {
    await runInTransaction(session, script)
  } catch (error) {
    // The text does not show everything: a called procedure may commit. Nothing of it stayed.
    const state = error instanceof DriftpinError && sqlState(error.cause)
    if (!state || !refusedInTransaction.has(state)) throw error
    await runInPieces(session, script, statements)
  }
}

/** Whether a file controls transactions, except for one around the whole file. */
function hasOwn(statements: readonly ScriptStatement[]): boolean {
  return withoutWrapping(statements).some(controlsTransaction)
}

/** Runs statement by statement, as psql would, and each BEGIN to COMMIT as one script. */
async function runInPieces(
  session: Session,
  script: MigrationScript,
  statements: readonly ScriptStatement[],
): Promise<void> {
  const { file, text } = script
  for (let index = 0; index < statements.length; index++) {
    const one = statements[index]!
    const { offset, text: statement } = one
    const line = text.slice(0, offset).split('\n').length
    if (beginsTransaction(one)) {
      const last = statements.findIndex((other, at) => at > index && endsTransaction(other))
      const end = statements[last]
      // A transaction that the file leaves open is committed, as the tool does at the end.
      const whole = end
        ? text.slice(offset, end.offset + end.text.length)
        : `${text.slice(offset)}\n;COMMIT`
      await session.script(whole).catch((error) => {
        const state = sqlState(error)
        throw new DriftpinError(
          'migration_failed',
          `${file} failed in the transaction that it begins in line ${line}: ` +
            `${messageOf(error)}${state ? ` (SQLSTATE ${state})` : ''}.`,
          error,
        )
      })
      if (!end) return
      index = last
    } else if (!endsTransaction(one)) {
      // Empty lines before the statement keep the line numbers of the file in messages.
      const lines = '\n'.repeat(line - 1)
      await runScript(session, { file, text: lines + statement, transaction: false })
    }
    // A COMMIT without a BEGIN would end the tool's transaction, which does not exist here.
  }
}
