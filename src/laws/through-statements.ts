import type { Queryable } from '../database/index.js'

/** What stands between an operation and its database: `send` passes the statement on. */
export type Middleman = (
  text: string,
  values: readonly unknown[] | undefined,
  send: Queryable['query'],
) => ReturnType<Queryable['query']>

/**
 * The same queryable, with somebody between it and each query that is sent, those in its
 * transactions and sessions too. A script passes as it is: no operation of ours sends one.
 */
export function throughStatements<Q extends Queryable>(queryable: Q, middleman: Middleman): Q {
  return new Proxy(queryable, {
    get(target, property) {
      const value = Reflect.get(target, property)
      if (property === 'query') {
        return (text: string, values?: readonly unknown[]) =>
          middleman(text, values, target.query.bind(target))
      }
      if (property === 'transaction' || property === 'withSession') {
        return (work: (inner: Queryable) => Promise<unknown>, ...rest: unknown[]) => {
          const watched = (inner: Queryable) => work(throughStatements(inner, middleman))
          return Reflect.apply(value as (...all: unknown[]) => unknown, target, [watched, ...rest])
        }
      }
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
