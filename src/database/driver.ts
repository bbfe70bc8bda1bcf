import type { Database, IsolationLevel, QueryResult } from './database.js'

/** A parameter as it is sent to the server: text in PostgreSQL's notation, or NULL. */
export type EncodedValue = string | null

/** Runs statements on one connection. */
export interface Statements {
  query(text: string, values: readonly EncodedValue[]): Promise<QueryResult<unknown>>
  /** Runs several statements and returns the first word of each command tag. */
  script(text: string): Promise<readonly string[]>
}

/** One connection that is reserved for one user. */
export interface Connection extends Statements {
  /** BEGIN, `work`, and then COMMIT, or ROLLBACK if `work` throws. */
  begin<T>(isolation: IsolationLevel, work: (statements: Statements) => Promise<T>): Promise<T>
}

/** The smallest interface of an engine, on which everything else is built. */
export interface Driver {
  readonly capabilities: Database['capabilities']
  /**
   * The client of a driver with a single connection. Its callers share one queue, also those of
   * other adapters of the same client. Undefined for a pool.
   */
  readonly single: object | undefined
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  readonly listen: Database['listen']
}
