import { DriftpinError } from '../errors.js'
import { commit } from './commit.js'
import { type AdapterOptions, createDatabase, settingOf } from './create-database.js'
import type { Database, IsolationLevel, QueryResult, Transaction } from './database.js'
import type { Connection, Driver, EncodedValue, Statements } from './driver.js'
import { type Listening, listenOn } from './listen-on.js'
import { OpenTransaction } from './open-transaction.js'
import { queueOf } from './queue.js'
import { sqlState } from './sql-state.js'
import { unreachable } from './unreachable.js'
import { type Decoder, decoderOf } from './values.js'

interface PgQueryLike {
  readonly text: string
  readonly values?: EncodedValue[]
  readonly queryMode?: string
  readonly types?: { getTypeParser(oid: number, format?: string): Decoder }
}

interface PgResultLike {
  readonly rows: unknown[]
  readonly rowCount: number | null
  readonly command: string
}

type Listener = (...args: unknown[]) => void

/**
 * The part of a `pg` client that is used; `pg.Client` and the clients of a pool have it.
 *
 * @example
 * ```ts
 * const takesAnyClient = (client: PgClientLike) => fromPgTransaction(client, { schema: 'chat' })
 * takesAnyClient(client) // of node-postgres
 * ```
 */
export interface PgClientLike {
  query(config: PgQueryLike): Promise<PgResultLike>
  on(event: string, listener: Listener): unknown
  off(event: string, listener: Listener): unknown
  /** Only a pool has this; its statements run on any of its connections. */
  readonly totalCount?: never
  /** Since pg 8.21: I for idle, T for a transaction, E for a failed transaction. */
  getTransactionStatus?(): string | null
}

/**
 * The part of a `pg.Pool` that is used.
 *
 * @example
 * ```ts
 * const open = (pool: PgPoolLike) => fromPg(pool, { schema: 'chat' })
 * open(pool) // a pg.Pool
 * ```
 */
export interface PgPoolLike {
  readonly totalCount: number
  readonly options?: { readonly max?: number }
  connect(): Promise<PgClientLike & { release(destroy?: boolean): void }>
}

/**
 * A {@link Database} on node-postgres: a pool, or a connected client.
 *
 * The caller owns the pool or client and ends it. Its type parsers are neither used nor changed.
 * Every transaction of a pool has its own connection. On a client, and on a pool with `max: 1`,
 * transactions run one after the other.
 *
 * @param options.schema The schema of driftpin's tables; `public` by default.
 * @param options.notify Whether operations send their events; false by default.
 * @throws DriftpinError `invalid_input` for a schema name that is not allowed. Its methods throw
 * `transaction_required_none` on a client that is already in a transaction, `waits_for_itself`,
 * `transaction_failed` if a statement of the transaction failed, and `outcome_unknown` if the
 * connection is lost during the commit.
 *
 * @example
 * ```ts
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * const database = fromPg(pool, { schema: 'chat' })
 * await createMigrator(database).up()
 * ```
 */
export function fromPg(client: PgPoolLike | PgClientLike, options: AdapterOptions = {}): Database {
  return createDatabase(isPool(client) ? poolDriver(client) : clientDriver(client), options)
}

const isPool = (client: object): client is PgPoolLike => 'totalCount' in client

/**
 * The open transaction of a `pg` client as a {@link Transaction}, so that operations become part of
 * it. The code that began it ends it.
 *
 * An operation runs in a savepoint, so a failed operation leaves the transaction usable. Nothing is
 * retried.
 *
 * @param options.schema The schema of driftpin's tables; `public` by default.
 * @param options.notify Whether operations send their events; false by default.
 * @throws DriftpinError `invalid_input` for a schema name that is not allowed, and for a pool.
 *
 * @example
 * ```ts
 * await client.query('BEGIN')
 * try {
 *   await createChat(fromPgTransaction(client), { ownerId, agentId })
 *   await client.query('INSERT INTO audit ...')
 *   await client.query('COMMIT')
 * } catch (error) {
 *   await client.query('ROLLBACK')
 *   throw error
 * }
 * ```
 */
export function fromPgTransaction(client: PgClientLike, options: AdapterOptions = {}): Transaction {
  const setting = settingOf(options)
  if (isPool(client)) {
    throw new DriftpinError(
      'invalid_input',
      'This is a pool, but a transaction belongs to one connection. Pass the client that began it, ' +
        'from pool.connect().',
      { schema: setting.schema },
    )
  }
  return new OpenTransaction({ statements: statementsOf(client), setting, queue: queueOf(client) })
}

/** Returns text unchanged, so that one table decodes the rows of both drivers. */
const types = { getTypeParser: decoderOf }

/** Clients whose server did not report the end of a statement and may still be running it. */
const unanswered = new WeakSet<PgClientLike>()

function statementsOf(client: PgClientLike): Statements {
  const ask = (config: PgQueryLike) =>
    client.query(config).catch((error) => {
      // An error of a decoder means that the answer arrived.
      const isAnswered = error instanceof DriftpinError || sqlState(error) !== undefined
      if (!isAnswered) unanswered.add(client)
      throw error
    })
  return {
    async query(text, values): Promise<QueryResult<unknown>> {
      // The extended protocol accepts exactly one statement, and so does this method.
      const config = { text, values: [...values], queryMode: 'extended', types }
      const { rows, rowCount, command } = await ask(config)
      return { rows, rowCount: rowCount ?? 0, command: command ?? '' }
    },
    async script(text) {
      const results: PgResultLike | PgResultLike[] = await ask({ text, types })
      return [results].flat().map(({ command }) => command ?? '')
    },
  }
}

function connectionOf(client: PgClientLike): Connection {
  const statements = statementsOf(client)
  return {
    ...statements,
    async begin<T>(isolation: IsolationLevel, work: (statements: Statements) => Promise<T>) {
      const status = client.getTransactionStatus?.()
      if (status === 'T' || status === 'E') {
        throw new DriftpinError(
          'transaction_required_none',
          'This client is already in a transaction. Use fromPgTransaction(client) to work inside ' +
            'it; fromPg would commit it.',
          { status },
        )
      }
      await statements.script(`BEGIN ISOLATION LEVEL ${isolation}`)
      let lost: unknown
      const onLoss = (error: unknown) => {
        lost ??= error
      }
      client.on('error', onLoss)
      try {
        const result = await work(statements)
        // A lost connection is sent no COMMIT, so it is certain that nothing was committed.
        if (lost !== undefined) throw lost
        await commit(statements)
        return result
      } catch (error) {
        // If this fails too, the connection is lost and the transaction with it.
        await statements.script('ROLLBACK').catch(() => {})
        throw error
      } finally {
        client.off('error', onLoss)
      }
    },
  }
}

function poolDriver(pool: PgPoolLike): Driver {
  const several = pool.options?.max !== 1
  return {
    capabilities: { concurrentTransactions: several },
    single: several ? undefined : pool,
    async withConnection(work) {
      // The statement that was running rejects when the connection is lost.
      const { client, release } = await takeClient(pool, () => {})
      let failed = true
      try {
        const result = await work(connectionOf(client))
        failed = false
        return result
      } finally {
        // With a pg that does not report its status, an error costs a new connection.
        const idle = client.getTransactionStatus ? client.getTransactionStatus() === 'I' : !failed
        release(!idle || unanswered.has(client))
      }
    },
    async listen(channel, handler, { onError } = {}) {
      if (!several) throw onlyConnection(channel)
      let stop: (() => Promise<void>) | undefined
      const { client, release } = await takeClient(pool, (error) => {
        // The caller that waits for LISTEN gets its rejection.
        if (!stop) return
        stop = undefined
        // The connection goes back at once, or the pool would be one short, and never end.
        release(true)
        if (onError) onError(error)
        else throw error
      })
      try {
        stop = await listenOn(client, listeningOf(client), channel, handler)
      } catch (error) {
        release(true)
        throw error
      }
      return async () => {
        const isLost = await stop?.().then(
          () => false,
          () => true,
        )
        release(isLost === true)
      }
    },
  }
}

/** Takes a client of a pool. Without `onLoss`, the loss of its connection would end the process. */
async function takeClient(pool: PgPoolLike, onLoss: (error: unknown) => void) {
  const client = await pool.connect().catch((error) => {
    throw unreachable(error)
  })
  client.on('error', onLoss)
  let isReleased = false
  const release = (destroy: boolean) => {
    if (isReleased) return
    isReleased = true
    client.off('error', onLoss)
    client.release(destroy)
  }
  return { client, release }
}

function onlyConnection(channel: string): DriftpinError {
  return new DriftpinError(
    'invalid_input',
    'Listening keeps a connection, and this pool has only one (max: 1), so every ' +
      'other statement would wait forever. Raise max, or listen on a client.',
    { channel },
  )
}

function clientDriver(client: PgClientLike): Driver {
  const connection = connectionOf(client)
  return {
    capabilities: { concurrentTransactions: false },
    single: client,
    withConnection: (work) => work(connection),
    async listen(channel, handler, { onError } = {}) {
      const { run, subscribe } = listeningOf(client)
      const inTurn = (text: string) => queueOf(client).hold(() => run(text))
      const stop = await listenOn(client, { run: inTurn, subscribe }, channel, handler)
      if (onError) client.on('error', onError)
      return async () => {
        if (onError) client.off('error', onError)
        await stop()
      }
    },
  }
}

function listeningOf(client: PgClientLike): Listening {
  return {
    run: (text) => client.query({ text }),
    subscribe(onNotification) {
      const listener = (message: unknown) => {
        const { channel, payload = '' } = message as { channel: string; payload?: string }
        onNotification(channel, payload)
      }
      client.on('notification', listener)
      return () => client.off('notification', listener)
    },
  }
}
