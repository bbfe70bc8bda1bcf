import { DriftpinError } from '../errors.js'
import { type AdapterOptions, createDatabase, settingOf } from './create-database.js'
import type { Database, IsolationLevel, QueryResult, Transaction } from './database.js'
import type { Driver, EncodedValue, Statements } from './driver.js'
import { listenOn } from './listen-on.js'
import { OpenTransaction } from './open-transaction.js'
import { queueOf } from './queue.js'
import { sqlState } from './sql-state.js'
import { factsOf } from './statement-facts.js'
import { type Decoder, decoders } from './values.js'

interface PGliteResultLike {
  readonly rows: unknown[]
  readonly rowCount?: number
  readonly command?: string
}

interface PGliteQueryOptionsLike {
  parsers?: Record<number, Decoder>
  serializers?: Record<number, (value: EncodedValue) => string>
}

/**
 * The methods that a PGlite and its transactions share.
 *
 * @example
 * ```ts
 * const inside = (tx: PGliteTransactionLike) => createChat(fromPGliteTransaction(tx), { ownerId })
 * await pglite.transaction((tx) => inside(tx))
 * ```
 */
export interface PGliteTransactionLike {
  query(
    text: string,
    values?: EncodedValue[],
    options?: PGliteQueryOptionsLike,
  ): Promise<PGliteResultLike>
  exec(text: string, options?: PGliteQueryOptionsLike): Promise<PGliteResultLike[]>
}

/**
 * The part of a `PGlite` that is used.
 *
 * @example
 * ```ts
 * const open = (pglite: PGliteLike) => fromPGlite(pglite)
 * open(pglite) // a PGlite of any version
 * ```
 */
export interface PGliteLike extends PGliteTransactionLike {
  readonly closed: boolean
  readonly waitReady: Promise<void>
  readonly parsers?: Record<number | string, unknown>
  transaction<T>(work: (transaction: PGliteTransactionLike) => Promise<T>): Promise<T>
  onNotification(handler: (channel: string, payload: string) => void): () => void
}

/**
 * A {@link Database} on a PGlite, which is PostgreSQL in the process. The caller owns the PGlite
 * and closes it.
 *
 * There is one session, so transactions run one after the other. A transaction that uses the
 * database around it throws instead of waiting forever. Several adapters of one PGlite share one
 * queue. PGlite's own methods may be used beside the adapter, but not inside its transactions.
 *
 * PGlite removes a byte order mark (U+FEFF) at the beginning of a returned text, although it is
 * stored. Inside jsonb, and on servers, it is kept.
 *
 * @param options.schema The schema of driftpin's tables; `public` by default.
 * @param options.notify Whether operations send their events; false by default.
 * @throws DriftpinError `invalid_input` for a schema name that is not allowed. Its methods throw
 * `engine_broken` after a crash of the WebAssembly, and `waits_for_itself`.
 *
 * @example
 * ```ts
 * const pglite = new PGlite()
 * const database = fromPGlite(pglite)
 * await createMigrator(database).up()
 * ```
 */
export function fromPGlite(client: PGliteLike, options: AdapterOptions = {}): Database {
  const statements = statementsOf(client, client)
  const driver: Driver = {
    capabilities: { concurrentTransactions: false },
    single: client,
    withConnection: (work) =>
      work({
        ...statements,
        begin: <T>(isolation: IsolationLevel, work: (statements: Statements) => Promise<T>) => {
          refuseBroken(client)
          // PGlite's own transaction() excludes code that uses the client directly.
          return client.transaction(async (transaction) => {
            const inside = statementsOf(transaction, client)
            await inside.script(`SET TRANSACTION ISOLATION LEVEL ${isolation}`)
            return await work(inside)
          })
        },
      }),
    listen: (channel, handler) => {
      const run = (text: string) => queueOf(client).hold(() => statements.script(text))
      // PGlite's own listen() receives nothing on a channel with a double quote in its name.
      const subscribe = client.onNotification.bind(client)
      return listenOn(client, { run, subscribe }, channel, handler)
    },
  }
  return createDatabase(driver, options)
}

/**
 * The open transaction of a PGlite, as the callback of its `transaction()` gets it, as a
 * {@link Transaction}, so that operations become part of it. An operation runs in a savepoint, so a
 * failed operation leaves the transaction usable. Nothing is retried.
 *
 * @param options.schema The schema of driftpin's tables; `public` by default.
 * @param options.notify Whether operations send their events; false by default.
 * @throws DriftpinError `invalid_input` for a schema name that is not allowed.
 *
 * @example
 * ```ts
 * await pglite.transaction(async (tx) => {
 *   await createChat(fromPGliteTransaction(tx), { ownerId, agentId })
 *   await tx.query('INSERT INTO audit ...')
 * })
 * ```
 */
export function fromPGliteTransaction(
  transaction: PGliteTransactionLike,
  options: AdapterOptions = {},
): Transaction {
  const setting = settingOf(options)
  const statements = statementsOf(transaction, transaction)
  return new OpenTransaction({ statements, setting, queue: queueOf(transaction) })
}

/** Parameters are already encoded, so PGlite's serializers are disabled. */
const serializers = new Proxy<Record<number, (value: EncodedValue) => string>>(
  {},
  { get: () => (value: string) => value },
)

/**
 * The parsers made for a PGlite, and the table of its own parsers that they are for. PGlite adds to
 * its table as it learns types, and a rewind of a test database replaces the table.
 */
const made = new WeakMap<
  object,
  { readonly table: unknown; readonly known: number; readonly parsers: Decoders }
>()
type Decoders = Record<number, Decoder>

/**
 * PGlite parses arrays of user-defined types once it has been told to look for them; here they are
 * text, as from a server. It copies these parsers over its own, so that each has to be named.
 */
function parsersOf(client: PGliteLike | PGliteTransactionLike): Decoders {
  const table = 'parsers' in client ? (client.parsers ?? {}) : {}
  const oids = Object.keys(table)
  const before = made.get(client)
  const isSame = oids.length === 0 || before?.table === table
  if (isSame && before?.known === oids.length) return before.parsers
  const parsers: Decoders = Object.fromEntries(decoders)
  for (const oid of oids) parsers[Number(oid)] ??= (text) => text
  made.set(client, { table, known: oids.length, parsers })
  return parsers
}

/**
 * Whether a statement can have no rows, so that it needs no parsers: PGlite copies all of them for
 * every statement, which takes twice the time of a small write.
 */
const answersNoRows = (text: string): boolean =>
  factsOf(text).statements.every(
    ({ words }) => writes.includes(words[0] ?? '') && !words.includes('returning'),
  )

const writes = ['insert', 'update', 'delete']

/** The permanent error of a PGlite after a crash. */
const broken = new WeakMap<object, DriftpinError>()

function refuseBroken(client: object): void {
  const reason = broken.get(client)
  if (reason) throw reason
}

function breakEngine(client: object, what: string, cause: unknown): DriftpinError {
  const error = new DriftpinError(
    'engine_broken',
    `The embedded PostgreSQL ${what}. Its answers are not reliable any more. Close it and open ` +
      'another one; everything that was not committed is lost.',
    cause,
  )
  broken.set(client, error)
  return error
}

function statementsOf(
  target: PGliteTransactionLike,
  client: PGliteLike | PGliteTransactionLike,
): Statements {
  const optionsFor = async (text: string) => {
    if (answersNoRows(text)) return { serializers }
    // PGlite knows its types only after it has started.
    if ('waitReady' in client) await client.waitReady
    return { serializers, parsers: parsersOf(client) }
  }
  return {
    async query(text, values): Promise<QueryResult<unknown>> {
      const result = await guarded(client, async () =>
        target.query(text, [...values], await optionsFor(text)),
      )
      const { rows, rowCount } = result
      return { rows, rowCount: rowCount ?? 0, command: commandOf(client, text, result) }
    },
    async script(text) {
      // The answer is discarded, so it is not parsed.
      const results = await guarded(client, () => target.exec(text))
      return results.map((result) => commandOf(client, text, result))
    },
  }
}

/**
 * A statement that PostgreSQL finished has a command tag. PGlite reports some that crashed it
 * (a jsonb nested thousands deep) as an empty success: those have none.
 */
function commandOf(client: object, text: string, { command }: PGliteResultLike): string {
  if (command !== undefined) return command
  if (factsOf(text).statements.length === 0) return ''
  throw breakEngine(client, 'answered a statement without saying that it was done', { text })
}

/** An error that is not PostgreSQL's own is a crash of the WebAssembly around it. */
async function guarded<T>(
  client: PGliteLike | PGliteTransactionLike,
  work: () => Promise<T>,
): Promise<T> {
  refuseBroken(client)
  try {
    return await work()
  } catch (error) {
    const ours = error instanceof DriftpinError || sqlState(error) !== undefined
    if (ours || ('closed' in client && client.closed)) throw error
    throw breakEngine(client, 'crashed', error)
  }
}
