import { hostname } from 'node:os'
import pg from 'pg'
import { printableUrl, quoteIdentifier } from '../../database/index.js'
import { messageOf } from '../../errors.js'
import { projectDirectory } from '../../pglite/index.js'
import { connectServer, type ServerConnection } from './connect-server.js'
import {
  commentWith,
  databaseNames,
  keptText,
  lockOf,
  newWorker,
  removeLeftovers,
} from './database-ownership.js'

/** The number of databases of failed tests that are kept. Each takes about 8 MB or more. */
export const keptMax = 10

/** A session in a database, as other sessions see it. */
export interface SessionSeen {
  /** As in pg_stat_activity: active, idle in transaction, ...; null for another user's session. */
  readonly state: string | null
  readonly query: string
  readonly advisoryLocks: number
}

const sessionsSql = `SELECT state, query, (
  SELECT count(*)::int FROM pg_locks AS l
  WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted) AS "advisoryLocks"
FROM pg_stat_activity AS a
WHERE datname = $1 AND backend_type = 'client backend' ORDER BY backend_start`

const endSessionsSql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = $1 AND backend_type = 'client backend'`

const interruptSql = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE datname = $1 AND backend_type = 'client backend' AND state = 'active'`

/**
 * The databases of one worker on a server. Their names contain the number of an advisory lock that
 * the worker holds, so that later processes recognise databases whose worker is gone.
 */
export class ServerDatabases {
  readonly connection: ServerConnection
  /** The kept databases of failed tests of this project. */
  readonly kept: Set<string>
  readonly #worker: string
  #made = 0

  private constructor(connection: ServerConnection, worker: string, kept: Set<string>) {
    this.connection = connection
    this.#worker = worker
    this.kept = kept
  }

  /** @throws DriftpinError What {@link connectServer} throws. */
  static async open(server: string): Promise<ServerDatabases> {
    const connection = await connectServer(server)
    const worker = newWorker()
    const { database } = connection
    try {
      // No other process has this number, so this never waits.
      await database.query('SELECT pg_try_advisory_lock($1::bigint)', [lockOf(worker)])
      const names = await removeLeftovers(database)
      const kept = names.filter((name) => databaseNames.isKeptOf(project(), name))
      return new ServerDatabases(connection, worker, new Set(kept))
    } catch (error) {
      await connection.end()
      throw error
    }
  }

  /** Creates an empty database or a copy of a template. The template must have no connections. */
  async create(template?: string): Promise<string> {
    this.#made += 1
    const name = databaseNames.own(this.#worker, this.#made)
    // driftpin's schema needs UTF-8, whatever the encoding of the server is.
    const from = template
      ? `${quoteIdentifier(template)} ${this.connection.strategy}`
      : "template0 ENCODING 'UTF8'"
    await this.#run(`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${from}`)
    return name
  }

  /** Drops a database and ends its connections. */
  async drop(name: string): Promise<void> {
    await this.#run(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`)
  }

  /** Ends all connections and refuses new ones, so that the database can be copied. */
  async seal(name: string): Promise<void> {
    await this.#run(`ALTER DATABASE ${quoteIdentifier(name)} ALLOW_CONNECTIONS false`)
    await this.#endSessions(name)
  }

  async rename(name: string, to: string): Promise<void> {
    await this.#run(`ALTER DATABASE ${quoteIdentifier(name)} RENAME TO ${quoteIdentifier(to)}`)
  }

  async comment(name: string, text: string): Promise<void> {
    const { database } = this.connection
    const said = pg.escapeLiteral(await commentWith(database, text))
    await this.#run(`COMMENT ON DATABASE ${quoteIdentifier(name)} IS ${said}`)
  }

  /** Whether it is a database of this worker. */
  isOwn(name: string): boolean {
    return databaseNames.workerOf(name) === this.#worker
  }

  async exists(name: string): Promise<boolean> {
    return (await this.#run('SELECT FROM pg_database WHERE datname = $1', [name])).length > 0
  }

  async sessions(name: string): Promise<SessionSeen[]> {
    return await this.#run<SessionSeen>(sessionsSql, [name])
  }

  async interrupt(name: string): Promise<void> {
    await this.#run(interruptSql, [name])
  }

  /**
   * Keeps the database of a failed test, in place of that of an earlier failure. Never fails.
   *
   * @returns A sentence that says how to open the database, or why it was not kept.
   */
  async keep(name: string, test: string): Promise<string> {
    const kept = databaseNames.kept(project(), test)
    try {
      if (this.kept.size >= keptMax && !this.kept.has(kept)) {
        await this.drop(name)
        return `Its database was not kept: those of ${keptMax} failed tests are kept already.`
      }
      await this.#endSessions(name)
      await this.drop(kept)
      await this.rename(name, kept)
      await this.comment(kept, `${keptText}: ${test}`)
      this.kept.add(kept)
      const url = printableUrl(this.connection.urlOf(kept))
      return `Its database is kept until the test runs again, or for a week: psql '${url}'`
    } catch (error) {
      await this.drop(name).catch(() => {})
      return `Its database could not be kept: ${messageOf(error)}`
    }
  }

  /** Drops the database that an earlier failure of a test kept. */
  async forget(test: string): Promise<void> {
    const kept = databaseNames.kept(project(), test)
    if (this.kept.delete(kept)) await this.drop(kept)
  }

  async close(): Promise<void> {
    await this.connection.end()
  }

  /** Sessions end a moment after this returns. CREATE, ALTER and DROP DATABASE wait for that. */
  async #endSessions(name: string): Promise<void> {
    await this.#run(endSessionsSql, [name])
  }

  async #run<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await this.connection.database.query<Row>(text, values)).rows
    } catch (error) {
      throw this.connection.lost() ?? error
    }
  }
}

/** Identifies the project: several projects and people may share a server. */
const project = () => `${hostname()} ${projectDirectory()}`
