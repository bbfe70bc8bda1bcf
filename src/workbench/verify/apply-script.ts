import { type Database, type Session, searchPath, sqlState } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { keepSettings, type MigrationScript, runScript } from '../../migrations/index.js'

/** Without one of these words a file cannot have changed a setting of the session. */
const mayChangeSettings = /\b(?:set|reset|set_config|discard)\b/i
const mayMakeTemporary = /\b(?:temp|temporary|pg_temp)\b/i

/**
 * Runs a file as the migrator does, but without a ledger: that one would be in the way of a
 * comparison, and cost more than most migrations. Afterwards the session is as if it had just
 * begun, as the next file of another deployment finds it: settings are put back, and what is
 * temporary is gone.
 *
 * @throws DriftpinError `migration_failed`, or what {@link runScript} throws.
 */
export async function applyScript(database: Database, script: MigrationScript): Promise<void> {
  await database.withSession(async (session) => {
    const isSetting = !script.transaction || mayChangeSettings.test(script.text)
    const restore = isSetting ? await keepSettings(session) : undefined
    try {
      await run(session, script)
    } finally {
      await restore?.()
      if (mayMakeTemporary.test(script.text)) await session.script('DISCARD TEMP')
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
