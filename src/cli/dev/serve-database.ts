import { type PGliteServer, serve } from '../../connections/index.js'
import { DriftpinError } from '../../errors.js'
import type { ServedDatabase } from './folder-database.js'
import { usualPort } from './usual-port.js'

/** A server of a database that answered a query, and whether it is where it was wanted. */
export interface DevServer {
  readonly server: PGliteServer
  readonly portTaken: number | undefined
  /** What PostgreSQL calls itself. */
  readonly version: string
}

/**
 * Asks a database something, and then serves it at a port, or at a free one where that is taken. It
 * is not asked through the server: a session of its own would be a quarter of a start.
 */
export async function serveDatabase(
  source: ServedDatabase,
  port: number = usualPort,
): Promise<DevServer> {
  const { rows } = await source.database.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  )
  const { version } = rows[0]!
  try {
    return { server: await serve(source, { port }), portTaken: undefined, version }
  } catch (error) {
    if (!isTaken(error)) throw error
    return { server: await serve(source), portTaken: port, version }
  }
}

function isTaken(error: unknown): boolean {
  if (!(error instanceof DriftpinError) || error.code !== 'listen_failed') return false
  return (error.cause as { code?: unknown }).code === 'EADDRINUSE'
}
