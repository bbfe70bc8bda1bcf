import pg from 'pg'
import { assertSupportedVersion, type Database, fromPg, sqlState } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { databaseNames, newWorker } from './database-names.js'

/** Long enough for a server in another country, and short enough to wait for in front of it. */
const connectMsMax = 10_000

/** STRATEGY came with this one. */
const strategyMajorMin = 15

/** A connection to a server, on which databases can be made. */
export interface ServerConnection {
  /** Takes turns, and is one session: its advisory locks last as long as it does. */
  readonly database: Database
  readonly user: string
  /** What is written behind CREATE DATABASE ... TEMPLATE for a copy that takes the least time. */
  readonly strategy: string
  /** A database of this server, with the user and the password of the one that was named. */
  urlOf(name: string): string
  /** What is wrong, once the connection was lost. */
  lost(): DriftpinError | undefined
  end(): Promise<void>
}

interface Facts {
  readonly version: number
  readonly user: string
  readonly mayCreate: boolean
  readonly isDurable: boolean
  readonly isServer: boolean
}

const factsSql = `SELECT current_setting('server_version_num')::int AS version,
  current_user::text AS user, rolsuper OR rolcreatedb AS "mayCreate",
  current_setting('fsync') = 'on' AS "isDurable",
  EXISTS (SELECT FROM pg_stat_activity
    WHERE pid = pg_backend_pid() AND backend_type = 'client backend') AS "isServer"
FROM pg_roles WHERE rolname = current_user`

/** A server may be set up to end what is idle or slow, and this connection is both at times. */
const settingsSql = `SET idle_session_timeout = 0; SET statement_timeout = 0; SET lock_timeout = 0;
SET default_transaction_read_only = off`

/**
 * Connects, and looks whether tests can have databases there, before anything is written.
 *
 * @throws DriftpinError `invalid_input` for what is no URL, and `server_unusable` for a server that
 * cannot be reached or does not let its user in, or is no PostgreSQL, or for a user that must not
 * create databases; `server_unsupported` where it is too old. None of them repeats a password.
 */
export async function connectServer(server: string): Promise<ServerConnection> {
  const place = placeOf(server)
  const client = new pg.Client({
    connectionString: server,
    connectionTimeoutMillis: connectMsMax,
    application_name: 'driftpin',
  })
  let loss: unknown
  client.on('error', (error) => {
    loss ??= error
  })
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw unusable(place, whyNot(error), error)
  }
  try {
    const database = fromPg(client)
    const { rows } = await database.query<Facts>(factsSql)
    const facts = rows[0]!
    refuseFacts(place, facts)
    await refuseAnyName(server, place)
    await database.script(settingsSql)
    return {
      database,
      user: facts.user,
      strategy: strategyOf(facts),
      urlOf: (name) => withDatabase(server, name).href,
      lost: () => (loss ? unusable(place, 'the connection to it was lost', loss) : undefined),
      end: () => client.end(),
    }
  } catch (error) {
    await client.end()
    throw error
  }
}

/**
 * Files are copied in less time than pages are written to the log, unless the copy has to reach the
 * disk first. The former is how servers for tests are often run.
 */
export function strategyOf({ version, isDurable }: Pick<Facts, 'version' | 'isDurable'>): string {
  return Math.floor(version / 10_000) >= strategyMajorMin && !isDurable ? 'STRATEGY FILE_COPY' : ''
}

/** @throws DriftpinError `server_unsupported` where it is too old, else `server_unusable`. */
export function refuseFacts(place: string, facts: Omit<Facts, 'isDurable'>): void {
  const { version, user, mayCreate, isServer } = facts
  if (!isServer) {
    const why =
      'it is one embedded database, such as that of driftpin dev; name a PostgreSQL server'
    throw unusable(place, why, { isServer })
  }
  assertSupportedVersion(version)
  if (!mayCreate) {
    const why = `${user} must not create databases; as a superuser: ALTER ROLE ${user} CREATEDB`
    throw unusable(place, why, { user })
  }
}

/**
 * What lets a client into a database that there is not gives it another one, in which tests would
 * write. A pooler may be set up so.
 */
async function refuseAnyName(server: string, place: string): Promise<void> {
  const name = databaseNames.own(newWorker(), 0)
  const connectionString = withDatabase(server, name).href
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: connectMsMax })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch {
    return
  } finally {
    await client.end().catch(() => {})
  }
  const why = 'it has one database under all names; name a PostgreSQL server itself'
  throw unusable(place, why, { name })
}

function unusable(place: string, why: string, cause: unknown): DriftpinError {
  const message = `Tests cannot have databases on ${place}: ${why}.`
  return new DriftpinError('server_unusable', message, cause)
}

/** Where a server is, in words that have no password. */
function placeOf(server: string): string {
  if (server === '') {
    const why =
      'The server is empty: pass undefined for databases in the process, as with `|| undefined`.'
    throw new DriftpinError('invalid_input', why, { option: 'server' })
  }
  if (!/^postgres(ql)?:\/\//.test(server) || !URL.canParse(server)) {
    // Neither is the value repeated, which may well be a password in the wrong place.
    throw new DriftpinError(
      'invalid_input',
      'The server is no URL: write it as postgres://user:password@host:port/name, with everything ' +
        'in it encoded, or leave it undefined for databases in the process.',
      { option: 'server' },
    )
  }
  const { host, pathname } = new URL(server)
  return `the server ${host || 'of this machine'}${pathname}`
}

function withDatabase(server: string, name: string): URL {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url
}

function whyNot(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string }
  switch (sqlState(error)) {
    case '28P01':
    case '28000':
      return `it did not let the user of the URL in (${message}); correct the user or the password`
    case '3D000':
      return `${message}; name one that is there, such as postgres`
    case undefined:
      break
    default:
      return `${message} (SQLSTATE ${sqlState(error)})`
  }
  if (code) return `it cannot be reached (${code}); start it, or correct its host and port`
  return `${message}. Is it a PostgreSQL, and is a password in the URL if it wants one?`
}
