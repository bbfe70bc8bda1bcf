import type { Database, Queryable, QueryResult, Transaction } from '../../src/index.js'

/** A text that was sent, with which values, and the rows that came back for it. */
export interface Sent {
  readonly text: string
  readonly values: readonly unknown[]
  readonly rows: readonly Record<string, unknown>[]
}

type Query = (text: string, values?: readonly unknown[]) => Promise<QueryResult<never>>
type Begin = (work: (inner: Transaction) => Promise<unknown>, options?: unknown) => unknown

/**
 * A queryable that notes what it is asked to run and what came back, in its transactions too.
 * Savepoints, which never pass through `query`, are not seen by it.
 */
export function watching(queryable: Queryable, sent: Sent[]): Database {
  return new Proxy(queryable, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (property === 'query') {
        return async (text: string, values: readonly unknown[] = []) => {
          const result = await (value as Query).call(target, text, values)
          sent.push({ text, values, rows: result.rows })
          return result
        }
      }
      if (property === 'script') {
        return (text: string) => {
          sent.push({ text, values: [], rows: [] })
          return (value as (text: string) => Promise<void>).call(target, text)
        }
      }
      if (property === 'transaction') {
        return (work: (inner: Transaction) => Promise<unknown>, options?: unknown) =>
          (value as Begin).call(
            target,
            (inner) => work(watching(inner, sent) as unknown as Transaction),
            options,
          )
      }
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as Database
}
