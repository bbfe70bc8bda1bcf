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
 * Where a PGlite is served. Without either, on a free port.
 *
 * @example
 * ```ts
 * const options: ServeOptions = { port: 5433, password: 'open sesame' }
 * await using server = await serve(pglite, options)
 * ```
 */
export interface ServeOptions extends ConnectionOptions {
  /** A TCP port of 127.0.0.1, the only address there is; 0, the default, is a free one. */
  readonly port?: number
  /**
   * A unix socket instead, which only this user may open. What libpq finds is called
   * `.s.PGSQL.5432`, in a directory that is its host.
   */
  readonly path?: string
  /** Asked of every client, in clear text; nothing is asked by default. */
  readonly password?: string
}

/** What a unix socket can be called (`sun_path`); Node cuts more off without a word. */
const pathBytesMax = 107

/**
 * What one client is doing.
 *
 * @example
 * ```ts
 * const isBusy = ({ state }: ClientActivity) => state !== 'idle'
 * await using server = await serve(pglite)
 * console.log(server.activity().filter(isBusy))
 * ```
 */
export interface ClientActivity {
  /** The number that the client knows as its backend's process. */
  readonly pid: number
  /** As in `pg_stat_activity`, and `waiting` for a turn. */
  readonly state: string
  /** The text of its last statement; undefined before the first. */
  readonly lastStatement: string | undefined
}

/**
 * A PGlite that clients connect to. Whoever opened it closes it, before the PGlite.
 *
 * @example
 * ```ts
 * const server: PGliteServer = await serve(pglite)
 * console.log(server.url)
 * await server.close()
 * ```
 */
export interface PGliteServer {
  /** For psql and every driver. A password is not in it. */
  readonly url: string
  /** The clients that are connected. */
  activity(): ClientActivity[]
  /**
   * Ends every client, as a server does that is shut down, and stops listening. A client that is
   * idle is told when it asks for something, or a moment later, so that a pool can be ended before
   * or after its server.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Serves a PGlite to any number of clients, by the protocol of PostgreSQL.
 *
 * Each has a session of its own: settings, prepared statements and LISTEN are put back when another
 * has its turn. What one session cannot do differs from a server:
 *
 * - Transactions take turns, so that nobody waits for a row. Whoever waits in one thread for a
 *   client while another of its clients has a transaction open waits for itself.
 * - A statement that runs cannot be cancelled, and `statement_timeout` does not end it.
 * - While a session holds an advisory lock, others wait that ask for any; callers of PGlite itself
 *   are refused at once. One that is asked for by a function, out of sight, is not seen to be.
 * - Temporary tables, and cursors WITH HOLD, are seen by all until their session ends, and who
 *   makes one is warned.
 * - COPY FROM STDIN is sent by itself, and runs when all of its data is there; behind something
 *   else in one batch without BEGIN it is refused.
 * - A name of a setting that one has made up is known to all; its value is not.
 * - `currval` and `lastval` are an error, never another's, where another had a turn in between.
 * - UNLISTEN and NOTIFY of one channel in one transaction tell nobody.
 * - `pg_stat_activity` knows one session, `random()` goes on from whoever asked last, and nothing
 *   is encrypted.
 *
 * PGlite's own methods take their turns as well, but for those that send messages of the protocol
 * (`execProtocol` and the like) and `runExclusive`, which nobody else should call.
 *
 * @throws DriftpinError `listen_failed` where the port or the path is taken or not allowed.
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
  const connections = new ClientConnections(source, { ...options, isGentle: true })
  // Before its mode is set, a unix socket is open to whoever may enter its directory.
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
  // A client may end its own side first, and still has the answers that are on their way.
  const server = createServer({ allowHalfOpen: true }, open)
  if (path !== undefined && Buffer.byteLength(path) > pathBytesMax) {
    throw listenFailed(path, `it has more than ${pathBytesMax} bytes`, { path })
  }
  await listen(server, port, path)
  // A client that cannot be accepted (no file descriptor is left, say) is no reason to end.
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
    `Nothing can be served at ${place}: ${why}. Stop what is served there, or choose another place.`,
    cause,
  )

/** A socket that nobody answers at, left by a process that was killed. */
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
