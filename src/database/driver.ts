import type { Database, IsolationLevel, QueryResult } from './database.js'

/** A value as it goes to the server: text in PostgreSQL's own notation, or NULL. */
export type EncodedValue = string | null

/** What runs statements on one connection. */
export interface Statements {
  query(text: string, values: readonly EncodedValue[]): Promise<QueryResult<unknown>>
  /** Runs several statements and answers the first word of each command tag. */
  script(text: string): Promise<readonly string[]>
}

/** One connection that is ours alone for a while. */
export interface Connection extends Statements {
  /** BEGIN, `work`, and then COMMIT, or ROLLBACK if `work` throws. */
  begin<T>(isolation: IsolationLevel, work: (statements: Statements) => Promise<T>): Promise<T>
}

/** The least that an engine has to give; everything else is built on it once, for all of them. */
export interface Driver {
  readonly capabilities: Database['capabilities']
  /**
   * The client behind a driver with one connection only: callers take turns on it, and two
   * adapters of one client share their turns. Undefined for a pool.
   */
  readonly single: object | undefined
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  readonly listen: Database['listen']
}
