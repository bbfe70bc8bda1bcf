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
import { encodeValue } from './encode-value.js'
import { OpenTransaction } from './open-transaction.js'
import { checkSchemaName } from './schema-name.js'
import { Turn, turnOf } from './turn.js'

/** Options that every adapter takes. */
export interface AdapterOptions {
  /** The schema that driftpin's tables are in; `public` by default, at most 54 bytes long. */
  readonly schema?: string
}

/** Makes a {@link Database} of what an adapter knows of its engine. */
export function createDatabase(driver: Driver, { schema = 'public' }: AdapterOptions): Database {
  checkSchemaName(schema)
  const turn = driver.single && turnOf(driver.single)
  const withConnection = <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
    turn ? turn.hold(() => driver.withConnection(work)) : driver.withConnection(work)
  return {
    kind: 'database',
    capabilities: driver.capabilities,
    ...onConnections(schema, withConnection),
    withSession: (work) =>
      withConnection((connection) => {
        // The session's own turn lets its user call it from several places at once.
        const turn = new Turn()
        const session: Session = {
          kind: 'session',
          ...onConnections(schema, (work) => turn.hold(() => work(connection))),
        }
        return work(session)
      }),
    listen: driver.listen,
  }
}

/** What a database and a session have in common: each call has a connection to itself. */
function onConnections(
  schema: string,
  withConnection: <T>(work: (connection: Connection) => Promise<T>) => Promise<T>,
): Omit<Queryable, 'kind'> {
  return {
    schema,
    query: <Row>(text: string, values: readonly unknown[] = []) => {
      return withConnection(async (connection) => {
        const result = await connection.query(text, values.map(encodeValue))
        await refuseOpenTransaction(connection, [result.command])
        return result as QueryResult<Row>
      })
    },
    script: (text) =>
      withConnection(async (connection) => {
        await refuseOpenTransaction(connection, await connection.script(text))
      }),
    transaction: <T>(
      work: (transaction: Transaction) => Promise<T>,
      { isolation = 'read committed' }: { isolation?: IsolationLevel } = {},
    ) =>
      withConnection((connection) =>
        connection.begin(isolation, (statements) =>
          OpenTransaction.run({ statements, schema, turn: new Turn() }, work),
        ),
      ),
  }
}

/** A connection given back in the middle of a transaction would poison its next user. */
async function refuseOpenTransaction(connection: Connection, tags: readonly string[]) {
  let open = false
  for (const tag of tags) {
    if (tag === 'BEGIN' || tag === 'START') open = true
    else if (tag === 'COMMIT' || tag === 'ROLLBACK') open = false
  }
  if (!open) return
  await connection.script('ROLLBACK')
  throw new DriftpinError(
    'invalid_input',
    'A statement left a transaction open, which was rolled back. Use transaction() instead.',
    { tags },
  )
}
