import { DriftpinError } from '../errors.js'
import type {
  Database,
  IsolationLevel,
  Queryable,
  QueryResult,
  Session,
  Transaction,
} from './database.js'
import type { Connection, Driver } from './driver.js'
import { checkSchemaName } from './names.js'
import { OpenTransaction } from './open-transaction.js'
import { Queue, queueOf } from './queue.js'
import { refuseCopyFromStdin } from './refuse-copy-from-stdin.js'
import { sqlState } from './sql-state.js'
import { factsOf } from './statement-facts.js'
import { encodeValue } from './values.js'

/**
 * Options that every adapter takes.
 *
 * @example
 * ```ts
 * const options: AdapterOptions = { schema: 'chat' }
 * const database = fromPg(pool, options)
 * ```
 */
export interface AdapterOptions {
  /** The schema that driftpin's tables are in; `public` by default, at most 54 bytes long. */
  readonly schema?: string
  /**
   * Whether operations send their events by NOTIFY; false by default. The option `notify` of a call
   * takes precedence.
   */
  readonly notify?: boolean
}

/**
 * The options of an adapter with their defaults.
 *
 * @throws DriftpinError `invalid_input` for a schema name that is not allowed.
 */
export function settingOf({
  schema = 'public',
  notify = false,
}: AdapterOptions): Required<AdapterOptions> {
  checkSchemaName(schema)
  return { schema, notify }
}

/** Creates a {@link Database} from the driver of an engine. */
export function createDatabase(driver: Driver, options: AdapterOptions): Database {
  const setting = settingOf(options)
  const queue = driver.single && queueOf(driver.single)
  const withConnection = <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
    queue ? queue.hold(() => driver.withConnection(work)) : driver.withConnection(work)
  return {
    kind: 'database',
    capabilities: driver.capabilities,
    ...onConnections(setting, withConnection),
    withSession: (work) =>
      withConnection(async (connection) => {
        // The user of the session may call it from several places at once.
        const queue = new Queue()
        let closed = false
        const whileOpen = <T>(work: (connection: Connection) => Promise<T>) =>
          queue.hold(() => {
            if (closed) throw sessionClosed()
            return work(connection)
          })
        const session: Session = { kind: 'session', ...onConnections(setting, whileOpen) }
        try {
          return await work(session)
        } finally {
          // Waits for statements that were not awaited: they must not reach the next user.
          await queue.hold(async () => {
            closed = true
          })
        }
      }),
    listen: driver.listen,
  }
}

/** The methods that a database and a session share. Each call has its own connection. */
function onConnections(
  setting: Required<AdapterOptions>,
  withConnection: <T>(work: (connection: Connection) => Promise<T>) => Promise<T>,
): Omit<Queryable, 'kind'> {
  return {
    ...setting,
    query: <Row>(text: string, values: readonly unknown[] = []) => {
      return withConnection(async (connection) => {
        refuseCopyFromStdin(text)
        await refuseSecondBegin(connection, text)
        const result = await connection.query(text, values.map(encodeValue))
        if (await endOpenTransaction(connection, text)) throw leftOpen(text)
        return result as QueryResult<Row>
      })
    },
    script: (text) =>
      withConnection(async (connection) => {
        refuseCopyFromStdin(text)
        await refuseSecondBegin(connection, text)
        try {
          await connection.script(text)
        } catch (error) {
          // It may have failed after its own BEGIN. Its error is the one to report.
          await endOpenTransaction(connection, text).catch(() => {})
          throw error
        }
        if (await endOpenTransaction(connection, text)) throw leftOpen(text)
      }),
    transaction: <T>(
      work: (transaction: Transaction) => Promise<T>,
      { isolation = 'read committed' }: { isolation?: IsolationLevel } = {},
    ) =>
      withConnection((connection) => {
        checkIsolation(isolation)
        return connection.begin(isolation, (statements) =>
          OpenTransaction.run({ statements, setting, queue: new Queue() }, work),
        )
      }),
  }
}

/**
 * Rolls back a transaction that a script left open, and returns whether there was one. A connection
 * that is returned inside a transaction would break its next user.
 */
async function endOpenTransaction(connection: Connection, text: string): Promise<boolean> {
  if (!hasBegin(text)) return false
  const open = await isInTransaction(connection)
  if (open) await connection.script('ROLLBACK')
  return open
}

/** Refuses a BEGIN inside an open transaction, because the COMMIT would end that one. */
async function refuseSecondBegin(connection: Connection, text: string): Promise<void> {
  if (!hasBegin(text) || !(await isInTransaction(connection))) return
  throw new DriftpinError(
    'transaction_required_none',
    'This connection is already in a transaction, and the script begins another. Nothing was run. ' +
      'Use fromPgTransaction(client) to work inside the transaction.',
    { text },
  )
}

function hasBegin(text: string): boolean {
  return factsOf(text).statements.some(({ facts }) => facts.transaction === 'begin')
}

/**
 * Command tags do not show this: a ROLLBACK may be to a savepoint, and a COMMIT may chain.
 * SAVEPOINT does: outside a transaction, and only there, it fails with no_active_sql_transaction;
 * in a failed transaction it fails with in_failed_sql_transaction.
 */
async function isInTransaction(connection: Connection): Promise<boolean> {
  try {
    await connection.script('SAVEPOINT driftpin')
  } catch (error) {
    const state = sqlState(error)
    if (state === '25P01') return false
    if (state === '25P02') return true
    throw error
  }
  await connection.script('RELEASE SAVEPOINT driftpin')
  return true
}

/** It becomes part of the statement, so no other value is accepted. */
function checkIsolation(isolation: string): void {
  const levels: readonly string[] = [
    'read committed',
    'repeatable read',
    'serializable',
  ] satisfies IsolationLevel[]
  if (levels.includes(isolation)) return
  throw new DriftpinError(
    'invalid_input',
    `${JSON.stringify(isolation)} is not an isolation level. Use one of ${levels.join(', ')}.`,
    { isolation },
  )
}

function leftOpen(text: string): DriftpinError {
  return new DriftpinError(
    'invalid_input',
    'A statement left a transaction open, which was rolled back. Use transaction() instead.',
    { text },
  )
}

function sessionClosed(): DriftpinError {
  return new DriftpinError(
    'transaction_closed',
    'This session has ended. Use it only inside its callback, and await every call.',
    {},
  )
}
