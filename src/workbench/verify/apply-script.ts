import { type Database, searchPath } from '../../database/index.js'
import {
  type MigrationScript,
  recordSession,
  runInTransaction,
  runScript,
} from '../../migrations/index.js'

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
  const path = `search_path = ${searchPath(database.schema)}`
  return (script) =>
    database.withSession(async (session) => {
      let done: MigrationScript | undefined
      try {
        if (script.transaction) {
          await runInTransaction(session, script, (first) => first.script(`SET LOCAL ${path}`))
        } else {
          await session.script(`SET ${path}`)
          await runScript(session, script)
        }
        done = script
      } finally {
        await restore(session, done)
      }
    })
}
