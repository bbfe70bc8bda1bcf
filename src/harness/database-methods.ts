import { digestDatabase } from '../catalog/index.js'
import type { Database, Queryable, Session, Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { TestDatabase } from './test-database.js'

/**
 * The methods of a test database that do not depend on its engine.
 *
 * @param database Called at each call, because the database may have been closed or replaced.
 * @param during Runs each call.
 */
export const databaseMethods = (
  database: () => Database,
  during: <T>(work: () => T) => T = (work) => work(),
): Pick<
  TestDatabase,
  'query' | 'script' | 'transaction' | 'withSession' | 'listen' | 'digest'
> => ({
  query: async <Row>(text: string, values?: readonly unknown[]) =>
    during(() => database().query<Row>(text, values)),
  script: async (text) => during(() => database().script(text)),
  transaction: async <T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: Parameters<Queryable['transaction']>[1],
  ) => during(() => database().transaction(work, options)),
  withSession: async <T>(work: (session: Session) => Promise<T>) =>
    during(() => database().withSession(work)),
  listen: async (...args) => during(() => database().listen(...args)),
  digest: async () => digestDatabase(database()),
})

export function databaseClosed(): DriftpinError {
  return new DriftpinError('harness_closed', 'This database is closed. Create another one.', {})
}
