/** The isolation levels of PostgreSQL that differ from each other. */
export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable'

/**
 * The result of one statement.
 *
 * @example
 * ```ts
 * const result: QueryResult<{ n: number }> = await database.query('SELECT 1 AS n')
 * console.log(result.rows[0]?.n, result.rowCount, result.command)
 * ```
 */
export interface QueryResult<Row> {
  /** The rows, with the names of the columns as keys. */
  readonly rows: Row[]
  /** The number of rows returned or written; 0 for other commands. */
  readonly rowCount: number
  /** The first word of the command tag, for example `SELECT` or `CREATE`. */
  readonly command: string
}

/**
 * Runs statements: a {@link Database}, a {@link Session} or an open {@link Transaction}. Every
 * operation of driftpin takes one of these.
 *
 * Every engine returns the same rows: `bigint` (int8) is a JavaScript `bigint`, smaller integers
 * and floats are numbers, `bytea` is a `Uint8Array`, `timestamptz` is a `Date`, `json` and `jsonb`
 * are parsed, arrays are arrays, and every other type, including enums, `numeric`, `date` and
 * `timestamp`, is the text that PostgreSQL prints. Arrays of enums, of other user-defined types and
 * of rare built-in types such as `inet` are text too; cast them to `text[]`. A `timestamptz`
 * outside the range of `Date` throws.
 *
 * For parameters, `null` and `undefined` are NULL, a JavaScript array becomes an SQL array, and any
 * other object becomes JSON. Pass an array that is meant as JSON through `JSON.stringify` first.
 *
 * @example
 * ```ts
 * async function countChats(queryable: Queryable) {
 *   return (await queryable.query('SELECT FROM chats')).rowCount
 * }
 * await countChats(database)
 * await database.transaction((transaction) => countChats(transaction))
 * ```
 */
export interface Queryable {
  /** Which of the three it is. */
  readonly kind: 'database' | 'session' | 'transaction'

  /** The schema that driftpin's tables are in; `public` unless the adapter has another. */
  readonly schema: string

  /** Whether operations send their events unless their own `notify` says otherwise. */
  readonly notify?: boolean

  /**
   * Runs exactly one statement with values for `$1`, `$2` and so on.
   *
   * @example
   * ```ts
   * const { rows } = await database.query<{ n: bigint }>('SELECT count(*) AS n FROM chats')
   * ```
   */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>

  /**
   * Runs any number of statements without parameters, and returns nothing.
   *
   * @example
   * ```ts
   * await database.script('ANALYZE chats; ANALYZE chat_messages')
   * ```
   */
  script(text: string): Promise<void>

  /**
   * Runs `work` in a transaction, which is committed when `work` returns and rolled back when it
   * throws.
   *
   * Inside a transaction, this is a savepoint. A transaction with a failed statement is never
   * committed, even if `work` caught the error. It is rolled back, and `transaction_failed` is
   * thrown, because PostgreSQL would answer such a COMMIT with a silent ROLLBACK.
   *
   * @throws DriftpinError `waits_for_itself` if `work` uses the outer database or transaction and
   * would wait for itself forever; the message contains both call sites. `outcome_unknown` if the
   * connection is lost after COMMIT was sent and before it was answered. A connection that is lost
   * earlier has committed nothing, and the driver's error is thrown.
   */
  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: { readonly isolation?: IsolationLevel },
  ): Promise<T>
}

/**
 * An open transaction. It belongs to the code that opened it and cannot be used after its end.
 *
 * @example
 * ```ts
 * const rename = (transaction: Transaction, title: string) =>
 *   transaction.query('UPDATE chats SET title = $1 WHERE id = $2', [title, chatId])
 * await database.transaction((transaction) => rename(transaction, 'Tides'))
 * ```
 */
export interface Transaction extends Queryable {
  /** Distinguishes it from a database and a session. */
  readonly kind: 'transaction'
}

/**
 * One connection, held for as long as the callback of {@link Database.withSession} runs.
 *
 * @example
 * ```ts
 * const nightlyWork = (session: Session) => session.query('VACUUM ANALYZE')
 * await database.withSession(nightlyWork)
 * ```
 */
export interface Session extends Queryable {
  /** Distinguishes it from a database and a transaction. */
  readonly kind: 'session'
}

/**
 * A PostgreSQL database behind one of the adapters. It does not own its client.
 *
 * @example
 * ```ts
 * async function begin(database: Database) {
 *   await createMigrator(database).up()
 *   return await createChat(database, { ownerId })
 * }
 * await begin(fromPGlite(pglite))
 * await begin(fromPg(pool, { schema: 'chat' }))
 * ```
 */
export interface Database extends Queryable {
  /** Distinguishes it from a session and a transaction. */
  readonly kind: 'database'
  /**
   * The capabilities of the engine. Check these instead of the name of the engine.
   * `concurrentTransactions`: whether two transactions can be open at the same time.
   */
  readonly capabilities: { readonly concurrentTransactions: boolean }

  /**
   * Keeps one connection for all of `work`, for session state such as an advisory lock.
   *
   * @example
   * ```ts
   * await database.withSession(async (session) => {
   *   await session.query('SELECT pg_advisory_lock(42)')
   *   await session.transaction(async (transaction) => transaction.script('CALL compact()'))
   *   await session.query('SELECT pg_advisory_unlock(42)')
   * })
   * ```
   */
  withSession<T>(work: (session: Session) => Promise<T>): Promise<T>

  /**
   * Calls `handler` with the payload of every NOTIFY on `channel`, until the returned function is
   * called. On a pool this keeps one connection. If that connection is lost, listening ends, and
   * `onError` is called with the error; without `onError` it is thrown as an uncaught error. Call
   * `listen` again to continue. On a single client, `onError` is called too; without it only the
   * client's own listeners are. Listening needs a session: through a pooler in transaction mode,
   * LISTEN succeeds and no notification arrives.
   *
   * @example
   * ```ts
   * const stop = await database.listen(notificationChannel(database.schema), (payload) => {
   *   const { event, chatId } = JSON.parse(payload)
   * })
   * ```
   */
  listen(
    channel: string,
    handler: (payload: string) => void,
    options?: { readonly onError?: (error: unknown) => void },
  ): Promise<() => Promise<void>>
}
