import { once } from 'node:events'
import { chmod, lstat, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import { DriftpinError } from '../../errors.js'
import {
  ClientConnections,
  type ConnectionOptions,
  type PGliteSource,
} from './client-connections.js'

/**
 * Options of {@link serve}. Without a port and a path, a free port is used.
 *
 * @example
 * ```ts
 * const options: ServeOptions = { port: 5433, password: 'open sesame' }
 * await using server = await serve(pglite, options)
 * ```
 */
export interface ServeOptions extends ConnectionOptions {
  /** A TCP port of 127.0.0.1, which is the only address; 0, the default, uses a free one. */
  readonly port?: number
  /**
   * A unix socket instead, which only this user may open. libpq finds a socket with the name
   * `.s.PGSQL.5432`; its host is the directory.
   */
  readonly path?: string
  /** A password that every client must send, in clear text; none by default. */
  readonly password?: string
}

/** The maximum length of a socket path (`sun_path`); Node truncates longer ones silently. */
const pathBytesMax = 107

/**
 * The state of one client.
 *
 * @example
 * ```ts
 * const isBusy = ({ state }: ClientActivity) => state !== 'idle'
 * await using server = await serve(pglite)
 * console.log(server.activity().filter(isBusy))
 * ```
 */
export interface ClientActivity {
  /** The process id of the backend, as the client knows it. */
  readonly pid: number
  /** As in `pg_stat_activity`, or `waiting` while another client uses the engine. */
  readonly state: string
  /** The text of its last statement; undefined before the first. */
  readonly lastStatement: string | undefined
}

/**
 * A running server for one PGlite. The code that opened it closes it before the PGlite.
 *
 * @example
 * ```ts
 * const server: PGliteServer = await serve(pglite)
 * console.log(server.url)
 * await server.close()
 * ```
 */
export interface PGliteServer {
  /** The URL for psql and every driver, without the password. */
  readonly url: string
  /** Returns the connected clients. */
  activity(): ClientActivity[]
  /**
   * Ends every client, as a server does at shutdown, and stops listening. An idle client learns
   * this at its next statement or a moment later, so a pool can be ended before or after its
   * server.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Serves a PGlite to any number of clients over the protocol of PostgreSQL.
 *
 * Each client has its own session: settings, prepared statements and LISTENs are restored when it
 * uses the engine again. PGlite has only one session, so these things differ from a server:
 *
 * - Transactions run one after the other, so no transaction waits for a row. A program that waits
 *   for one client while another of its clients has a transaction open waits forever.
 * - A running statement cannot be cancelled, and `statement_timeout` does not end it.
 * - While a session holds an advisory lock, sessions that ask for any advisory lock wait, and calls
 *   of PGlite itself fail at once. A lock that a function takes is not detected.
 * - Temporary tables and cursors WITH HOLD are visible to all sessions until their session ends;
 *   creating one returns a warning.
 * - COPY FROM STDIN must be sent alone and runs when all of its data has arrived. After another
 *   statement in one batch without BEGIN it is refused.
 * - The name of a custom setting is known in all sessions; its value is not.
 * - `currval` and `lastval` fail if another session has used the engine since; they never return
 *   the value of another session.
 * - UNLISTEN and NOTIFY for one channel in one transaction notify no session.
 * - `pg_stat_activity` shows one session, `random()` continues the sequence of the session that
 *   used it last, and connections are not encrypted.
 *
 * PGlite's own methods wait for the engine too, except those that send protocol messages
 * (`execProtocol` and similar) and `runExclusive`. Do not call these.
 *
 * @throws DriftpinError `listen_failed` if the port or the path is in use or not allowed.
 *
 * @example
 * ```ts
 * const pglite = await PGlite.create()
 * await using server = await serve(pglite, { port: 5433 })
 * console.log(`psql ${server.url}`)
 * ```
 */
export async function serve(
  source: PGliteSource,
  { port = 0, path, ...options }: ServeOptions = {},
): Promise<PGliteServer> {
  const connections = new ClientConnections(source, { ...options, keepsIdle: true })
  // Before its mode is set, every user who may enter its directory can open a unix socket.
  let isGuarded = path === undefined
  const open = (socket: Socket) => {
    if (!isGuarded) {
      socket.destroy()
      return
    }
    socket.setNoDelay(true)
    try {
      connections.add(socket)
    } catch {
      // The database was closed.
      socket.destroy()
    }
  }
  // A client may end its own side first and still reads the remaining answers.
  const server = createServer({ allowHalfOpen: true }, open)
  if (path !== undefined && Buffer.byteLength(path) > pathBytesMax) {
    throw listenFailed(path, `it has more than ${pathBytesMax} bytes`, { path })
  }
  await listen(server, port, path)
  // A client that cannot be accepted, for lack of a file descriptor, does not end the server.
  server.on('error', () => {})
  if (path !== undefined) {
    await chmod(path, 0o600).catch((error: Error) => {
      server.close()
      throw listenFailed(path, error.message, error)
    })
    isGuarded = true
  }
  const pgliteServer: PGliteServer = {
    url: urlOf(server, path),
    activity: () =>
      // One that is gone may still wait for its turn to clean up.
      connections.all
        .filter(({ isEnded }) => !isEnded)
        .map(({ activity, session: { pid, lastStatement } }) => ({
          pid,
          state: activity,
          lastStatement,
        })),
    close: async () => {
      server.close()
      await connections.close()
    },
    [Symbol.asyncDispose]: () => pgliteServer.close(),
  }
  return pgliteServer
}

async function listen(server: Server, port: number, path: string | undefined): Promise<void> {
  const where = path === undefined ? { host: '127.0.0.1', port } : { path }
  const start = async () => {
    server.listen(where)
    await once(server, 'listening')
  }
  try {
    await start().catch(async (error) => {
      if (path === undefined || error.code !== 'EADDRINUSE' || !(await isLeftOver(path)))
        throw error
      await rm(path)
      await start()
    })
  } catch (error) {
    const { message } = error as Error
    throw listenFailed(path ?? `port ${port} of 127.0.0.1`, message, error)
  }
}

const listenFailed = (place: string, why: string, cause: unknown) =>
  new DriftpinError(
    'listen_failed',
    `Nothing can be served at ${place}: ${why}. Stop the server there, or use another address.`,
    cause,
  )

/** A socket without a server, left by a killed process. */
async function isLeftOver(path: string): Promise<boolean> {
  if (!(await lstat(path)).isSocket()) return false
  const socket = connect(path)
  const isAnswered = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return !isAnswered
}

function urlOf(server: Server, path: string | undefined): string {
  if (path === undefined) {
    const { port } = server.address() as AddressInfo
    return `postgresql://postgres@127.0.0.1:${port}/postgres`
  }
  const port = /^\.s\.PGSQL\.(\d+)$/.exec(basename(path))?.[1] ?? '5432'
  return `postgresql://postgres@/postgres?host=${encodeURIComponent(dirname(path))}&port=${port}`
}
