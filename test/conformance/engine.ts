import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openPool, serve } from '../../src/connections.js'
import type { Database, Transaction } from '../../src/index.js'
import type { RunnerOptions } from '../../src/laws/index.js'
import { openPGlite } from '../support/open-pglite.js'
import type { Preparation } from '../support/preparations.js'
import { type Api, recordCalls } from './record-calls.js'

/** An engine as an application has it: a client of its own, and driftpin on top. */
export interface ConformanceEngine {
  /** All of driftpin; it is noted what of it was called. */
  readonly api: Api
  readonly called: ReadonlySet<string>
  /** A database handle on a schema of this engine. */
  database(schema: string): Database
  /** Runs `work` in a transaction that the application's own client begins and commits. */
  inTransaction<T>(schema: string, work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** Makes the schema; without it, the migrations do. */
  readonly prepare?: Preparation['prepare']
  /** Where the laws are run so that they meet the same engine. */
  readonly histories: RunnerOptions
  close(): Promise<void>
}

/** How an engine is opened; whoever opened it closes it. */
export type OpenEngine = () => Promise<ConformanceEngine>

/** An engine whose schema is made otherwise than by the migrations. */
export function prepared(open: OpenEngine, { prepare }: Preparation): OpenEngine {
  return async () => {
    const engine = await open()
    return { ...engine, prepare, histories: { ...engine.histories, migrations: [], prepare } }
  }
}

/** PGlite by its own methods. */
export const openEmbedded: OpenEngine = async () => {
  const pglite = await openPGlite()
  const { api, called } = recordCalls()
  return {
    api,
    called,
    database: (schema) => api.fromPGlite(pglite, { schema }),
    inTransaction: (schema, work) =>
      pglite.transaction((own) => work(api.fromPGliteTransaction(own, { schema }))),
    histories: {},
    close: () => pglite.close(),
  }
}

/** PGlite behind a pool in the process. */
export const openInProcess: OpenEngine = async () => {
  const pglite = await openPGlite()
  const pool = openPool(pglite)
  const engine = onPool(pool, pool)
  const close = async () => {
    await engine.close()
    await pglite.close()
  }
  return { ...engine, close }
}

/** PGlite behind the socket that `driftpin dev` serves it at. */
export const openServed: OpenEngine = async () => {
  const pglite = await openPGlite()
  const server = await serve(pglite)
  const engine = openAt(server.url)
  const close = async () => {
    await engine.close()
    // A client whose goodbye was not read yet would be told of the end, which nobody listens to.
    while (server.activity().length > 0) await sleep(1)
    await server.close()
    await pglite.close()
  }
  return { ...engine, close }
}

/** A server, by its connection string. */
export function openAt(url: string): ConformanceEngine {
  return onPool(new pg.Pool({ connectionString: url }), url)
}

function onPool(pool: pg.Pool, server: string | pg.Pool): ConformanceEngine {
  const { api, called } = recordCalls()
  return {
    api,
    called,
    database: (schema) => api.fromPg(pool, { schema }),
    async inTransaction(schema, work) {
      const client = await pool.connect()
      try {
        await client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
        const answer = await work(api.fromPgTransaction(client, { schema }))
        await client.query('COMMIT')
        return answer
      } catch (error) {
        await client.query('ROLLBACK')
        throw error
      } finally {
        client.release()
      }
    },
    histories: { server },
    close: () => pool.end(),
  }
}
