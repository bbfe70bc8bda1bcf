import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { createMigrator, type Database, fromPg, readMigrations } from '../../src/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'

/** A folder of migrations, and a schema of a server that processes migrate. */
export interface DeployPlace {
  readonly pool: pg.Pool
  readonly database: Database
  /** The options of the command. */
  readonly args: readonly string[]
  states(): Promise<string[]>
  /** Waits until a session on the server runs a statement that begins so; returns its pid. */
  running(statement: string): Promise<number>
  /** Waits until one has run such a statement last. */
  hasRun(statement: string): Promise<number>
}

export async function deployPlace(
  url: string,
  schema: string,
  files: Readonly<Record<string, string>>,
): Promise<DeployPlace> {
  const folder = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  onTestFinished(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
    await pool.end()
  })
  const database = fromPg(pool, { schema })
  const session = async (state: string, statement: string) => {
    for (;;) {
      const { rows } = await pool.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
         WHERE state = $1 AND starts_with(query, $2) AND pid <> pg_backend_pid()`,
        [state, statement],
      )
      if (rows.length > 0) return rows[0]!.pid
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return {
    pool,
    database,
    args: ['--database', url, '--schema', schema, '--migrations', folder, '--forward-only'],
    async states() {
      const migrations = await readMigrations(folder, { forwardOnly: true })
      return (await createMigrator(database, { migrations }).status()).map(({ state }) => state)
    },
    running: (statement) => session('active', statement),
    hasRun: (statement) => session('idle', statement),
  }
}
