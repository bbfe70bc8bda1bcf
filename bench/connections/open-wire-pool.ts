import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import pg from 'pg'

/** Clients of a server of PostgreSQL's protocol. */
export function openWirePool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString, max })
  // Its clients may outlive it for a moment, and their server be closed by then.
  pool.on('error', () => {})
  return pool
}

/** Clients of PGlite's own socket, which has to be told of how many. */
export async function openSocketPool(pglite: PGlite, max: number) {
  const port = await freePort()
  const server = new PGLiteSocketServer({ db: pglite, port, maxConnections: max })
  await server.start()
  const pool = openWirePool(`postgresql://postgres:postgres@127.0.0.1:${port}/postgres`, max)
  return {
    pool,
    close: async () => {
      await pool.end()
      await server.stop()
    },
  }
}

/** The server takes 0 for its default, and not for any port. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export function socketVersion(): string {
  const file = import.meta
    .resolve('@electric-sql/pglite-socket')
    .replace(/dist\/.*$/, 'package.json')
  return (JSON.parse(readFileSync(new URL(file), 'utf8')) as { version: string }).version
}
