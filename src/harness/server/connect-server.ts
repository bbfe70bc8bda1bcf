import pg from 'pg'
import { assertSupportedVersion, type Database, fromPg, sqlState } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { databaseNames, newWorker } from './database-ownership.js'

/** Long enough for a distant server, short enough for somebody who waits in front of a screen. */
const connectMsMax = 10_000

/** The first version with CREATE DATABASE ... STRATEGY. */
const strategyMajorMin = 15

/** A connection to a server on which databases can be created. */
export interface ServerConnection {
  /** One session, which runs one call at a time. Its advisory locks last as long as it does. */
  readonly database: Database
  readonly user: string
  /** The option of CREATE DATABASE ... TEMPLATE that makes the fastest copy, or an empty string. */
  readonly strategy: string
  /** The URL of another database on this server, with the same user and password. */
  urlOf(name: string): string
  /** The error to throw if the connection was lost. */
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

/** A server may be configured to end idle or slow sessions, and this one can be both. */
const settingsSql = `SET idle_session_timeout = 0; SET statement_timeout = 0; SET lock_timeout = 0;
SET default_transaction_read_only = off`

/**
 * Connects and checks that test databases can be created there, before anything is written.
 *
 * @throws DriftpinError `invalid_input` for an invalid URL; `server_unusable` for a server that
 * cannot be reached, refuses the user, or is not PostgreSQL, and for a user without CREATEDB;
 * `server_unsupported` for a version that is too old. No message repeats a password.
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
 * Copying files is faster than writing pages to the WAL if the copy does not have to be flushed to
 * disk, and servers for tests often run without fsync.
 */
export function strategyOf({ version, isDurable }: Pick<Facts, 'version' | 'isDurable'>): string {
  return Math.floor(version / 10_000) >= strategyMajorMin && !isDurable ? 'STRATEGY FILE_COPY' : ''
}

/** @throws DriftpinError `server_unsupported` for an old version, otherwise `server_unusable`. */
export function refuseFacts(place: string, facts: Omit<Facts, 'isDurable'>): void {
  const { version, user, mayCreate, isServer } = facts
  if (!isServer) {
    const why = 'it is a single embedded database, such as driftpin dev; name a PostgreSQL server'
    throw unusable(place, why, { isServer })
  }
  assertSupportedVersion(version)
  if (!mayCreate) {
    const why = `${user} may not create databases; run ALTER ROLE ${user} CREATEDB as a superuser`
    throw unusable(place, why, { user })
  }
}

/**
 * Refuses a server that accepts a database name that does not exist, as a pooler may: it connects
 * the client to another database, and tests would write there.
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
  const why = 'it has one database under every name; name a PostgreSQL server directly'
  throw unusable(place, why, { name })
}

function unusable(place: string, why: string, cause: unknown): DriftpinError {
  const message = `Test databases cannot be created on ${place}: ${why}.`
  return new DriftpinError('server_unusable', message, cause)
}

/** Where a server is, in words without a password. */
function placeOf(server: string): string {
  if (server === '') {
    const why =
      'The option server is empty. Pass undefined for embedded databases, as with `|| undefined`.'
    throw new DriftpinError('invalid_input', why, { option: 'server' })
  }
  if (!/^postgres(ql)?:\/\//.test(server) || !URL.canParse(server)) {
    // The message does not repeat the value, which may contain a password.
    throw new DriftpinError(
      'invalid_input',
      'The option server is not a URL. Write it as postgres://user:password@host:port/name, with ' +
        'each part encoded, or leave it undefined for embedded databases.',
      { option: 'server' },
    )
  }
  const { host, pathname } = new URL(server)
  return `the server ${host || 'on this machine'}${pathname}`
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
      return `it refused the user of the URL (${message}); correct the user or the password`
    case '3D000':
      return `${message}; name one that exists, such as postgres`
    case undefined:
      break
    default:
      return `${message} (SQLSTATE ${sqlState(error)})`
  }
  if (code) return `it cannot be reached (${code}); start it, or correct its host and port`
  return `${message}. Is it a PostgreSQL server, and does the URL have a password if it needs one?`
}
