import { type PGliteServer, serve } from '../../connections/serve.js'
import { DriftpinError } from '../../errors.js'
import { askServer } from './ask-server.js'
import type { ServedDatabase } from './folder-database.js'
import { usualPort } from './usual-port.js'

/** A server that answered a query, and whether it is where it was wanted. */
export interface DevServer {
  readonly server: PGliteServer
  readonly portTaken: number | undefined
  /** What PostgreSQL calls itself. */
  readonly version: string
}

/**
 * Serves a database at a port, or at a free one where that is taken, and asks it something through
 * the door that clients come by.
 */
export async function serveDatabase(
  source: ServedDatabase,
  port: number = usualPort,
): Promise<DevServer> {
  let portTaken: number | undefined
  const server = await serve(source, { port }).catch((error) => {
    if (!isTaken(error)) throw error
    portTaken = port
    return serve(source)
  })
  try {
    return { server, portTaken, version: await askServer(server.url, 'SHOW server_version') }
  } catch (error) {
    await server.close()
    throw error
  }
}

function isTaken(error: unknown): boolean {
  if (!(error instanceof DriftpinError) || error.code !== 'listen_failed') return false
  return (error.cause as { code?: unknown }).code === 'EADDRINUSE'
}
