/** The isolation levels of PostgreSQL that differ from each other. */
export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable'

/**
 * What one statement answered.
 *
 * @example
 * ```ts
 * const result: QueryResult<{ n: number }> = await database.query('SELECT 1 AS n')
 * console.log(result.rows[0]?.n, result.rowCount, result.command)
 * ```
 */
export interface QueryResult<Row> {
  /** The rows, each by the names of its columns. */
  readonly rows: Row[]
  /** The rows returned, or written by an INSERT, UPDATE or DELETE; 0 for anything else. */
  readonly rowCount: number
  /** The first word of the command tag, such as `SELECT` or `CREATE`. */
  readonly command: string
}

/**
 * Something that statements can be sent to: a {@link Database}, a {@link Session} or an open
 * {@link Transaction}. Every operation of driftpin takes one of these.
 *
 * Rows are the same from every engine: `bigint` (int8) is always a JavaScript `bigint`, the
 * smaller integers and floats are numbers, `bytea` is a `Uint8Array`, `timestamptz` a `Date`,
 * `json` and `jsonb` are parsed, arrays are arrays, and everything else, enums, `numeric`, `date`
 * and `timestamp` included, is the text that PostgreSQL prints. Arrays of enums, of other types of
 * one's own and of rare built-in ones such as `inet` are text too; cast them to `text[]`. A
 * `timestamptz` that no `Date` can hold throws.
 *
 * Values go the same way: `null` and `undefined` are NULL, a JavaScript array becomes an SQL
 * array, any other object becomes JSON. An array that is meant as JSON is passed through
 * `JSON.stringify` first.
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
  /** What it is, as far as that matters to who gets it. */
  readonly kind: 'database' | 'session' | 'transaction'

  /** The schema that driftpin's tables are in; `public` unless the adapter was told otherwise. */
  readonly schema: string

  /**
   * Runs exactly one statement, with values for `$1`, `$2` and so on.
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
   * Runs any number of statements, without values, and answers nothing.
   *
   * @example
   * ```ts
   * await database.script('ANALYZE chats; ANALYZE chat_messages')
   * ```
   */
  script(text: string): Promise<void>

  /**
   * Runs `work` in a transaction: committed when it returns, rolled back when it throws.
   *
   * Within a transaction this is a savepoint. A transaction in which a statement failed is never
   * committed, even if `work` caught the error: it is rolled back and `transaction_failed` is
   * thrown, since PostgreSQL would answer such a COMMIT with a silent ROLLBACK.
   *
   * @throws DriftpinError `waits_for_itself` when `work` uses the outer database or transaction
   * and would wait for itself for ever; the message has both call sites. `outcome_unknown` when
   * the connection is lost after COMMIT was sent and before it was answered; one that is lost
   * before has committed nothing, and its error passes as the driver made it.
   */
  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: { readonly isolation?: IsolationLevel },
  ): Promise<T>
}

/**
 * An open transaction. It belongs to whoever opened it and cannot be used after its end.
 *
 * @example
 * ```ts
 * const rename = (transaction: Transaction, title: string) =>
 *   transaction.query('UPDATE chats SET title = $1 WHERE id = $2', [title, chatId])
 * await database.transaction((transaction) => rename(transaction, 'Tides'))
 * ```
 */
export interface Transaction extends Queryable {
  /** Tells it from a database and a session. */
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
  /** Tells it from a database and a transaction. */
  readonly kind: 'session'
}

/**
 * A PostgreSQL, through one of the adapters. It does not own the client it was made from.
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
  /** Tells it from a session and a transaction. */
  readonly kind: 'database'
  /**
   * What the engine can do. Ask for the ability, never for the engine's name.
   * `concurrentTransactions`: whether two transactions can be open at once.
   */
  readonly capabilities: { readonly concurrentTransactions: boolean }

  /**
   * Keeps one connection for all of `work`, for what lives in a session: an advisory lock.
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
   * called. On a pool this keeps one connection. When that is lost, listening has ended, and its
   * error goes to `onError`, or is thrown as an uncaught one: call this again to listen again. On a
   * client `onError` is told of its loss too; without it only the client's own listeners are.
   * It needs a session: through a pooler in transaction mode LISTEN is taken and nothing is heard.
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
