import { type Database, type Session, searchPath, sqlState } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { type MigrationScript, recordSession, runScript } from '../../migrations/index.js'

/** Runs a file of the folder that is verified. */
export type ApplyScript = (script: MigrationScript) => Promise<void>

/**
 * Returns a function that runs a file as the migrator does, but without a ledger: a ledger would
 * appear in comparisons, and cost more than most migrations. It restores the session state after
 * each file, as the migrator does, and throws DriftpinError `migration_failed`, or what
 * {@link runScript} throws.
 *
 * @param scripts All files that will be run.
 */
export async function createApplyScript(
  database: Database,
  scripts: readonly MigrationScript[],
): Promise<ApplyScript> {
  const restore = await database.withSession((session) => recordSession(session, scripts))
  return (script) =>
    database.withSession(async (session) => {
      try {
        await run(session, script)
      } finally {
        await restore(session)
      }
    })
}

async function run(session: Session, script: MigrationScript): Promise<void> {
  const path = searchPath(session.schema)
  if (!script.transaction) {
    await session.script(`SET search_path = ${path}`)
    return await runScript(session, script)
  }
  try {
    await session.transaction(async (transaction) => {
      await transaction.script(`SET LOCAL search_path = ${path}`)
      await runScript(transaction, script)
    })
  } catch (error) {
    if (!sqlState(error)) throw error
    throw new DriftpinError(
      'migration_failed',
      `${script.file} failed when it was committed: ${(error as Error).message} ` +
        `(SQLSTATE ${sqlState(error)}).`,
      error,
    )
  }
}
