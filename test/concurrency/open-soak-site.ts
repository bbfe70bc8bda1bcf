import pg from 'pg'
import { quoteIdentifier } from '../../src/database/names.js'
import { createMigrator, type Database, fromPg } from '../../src/index.js'
import { openRowReader, type RowReader } from '../../src/laws/row-reader.js'
import { leaksOf } from './find-leftovers.js'

/** A schema of its own for a soak, and the connections that its steps run on. */
export interface SoakSite extends AsyncDisposable {
  readonly name: string
  readonly pool: pg.Pool
  readonly database: Database
  readonly reader: RowReader
  table(name: string): string
  /** Connects to the server itself for a moment, whatever is between it and the pool. */
  withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T>
  /** Ends the connections of the pool. */
  end(): Promise<void>
  /** Removes what was made. Without it all is kept, to be looked at. */
  drop(): Promise<void>
}

/** A deadlock is found at once instead of after a second. Only a superuser may set this. */
const deadlockTimeoutMs = 20

/** What some of the connections have, so that locks and statements are given up now and then. */
const impatience = ['lock_timeout = 40', 'statement_timeout = 2000']

/** Every so many connections one is impatient in one way. */
const impatientOneIn = 4

interface Sited {
  readonly url: string
  /** The server itself, where `url` leads there by a proxy. */
  readonly directUrl: string
  readonly name: string
  readonly connections: number
}

export async function openSoakSite({
  url,
  directUrl,
  name,
  connections,
}: Sited): Promise<SoakSite> {
  const withClient: SoakSite['withClient'] = async (work) => {
    const client = new pg.Client({ connectionString: directUrl })
    // What was running when it got lost rejects, and tells the same.
    client.on('error', () => {})
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  const reader = await withClient(async (client) => {
    const direct = fromPg(client, { schema: name })
    await createMigrator(direct).up()
    return await openRowReader(direct, { except: [], prepared: false })
  })
  let opened = 0
  const pool = new pg.Pool({
    ...{ connectionString: url, max: connections, application_name: name },
    // One that is ended for being idle takes along what it has not given back.
    idleTimeoutMillis: 0,
    async onConnect(client) {
      const impatient = impatience[opened++ % impatientOneIn]
      const settings = [
        `deadlock_timeout = ${deadlockTimeoutMs}`,
        ...(impatient ? [impatient] : []),
      ]
      await client.query(settings.map((setting) => `SET ${setting}`).join('; '))
    },
  })
  // A connection that is lost while nobody uses it is no loss.
  pool.on('error', () => {})
  let ended: Promise<void> | undefined
  const end = () => {
    ended ??= pool.end()
    return ended
  }
  const schema = quoteIdentifier(name)
  return {
    ...{ name, pool, reader, withClient, end },
    database: fromPg(pool, { schema: name }),
    table: (table) => `${schema}.${quoteIdentifier(table)}`,
    async drop() {
      await withClient((client) => client.query(`DROP SCHEMA ${schema} CASCADE`))
    },
    async [Symbol.asyncDispose]() {
      const ending = end()
      // A client that nobody gives back would be waited for without end.
      if (leaksOf(pool).length === 0) return await ending
      const text = `SELECT pg_catalog.pg_terminate_backend(pid)
        FROM pg_catalog.pg_stat_activity WHERE application_name = $1`
      await withClient((client) => client.query(text, [name]))
    },
  }
}
