import type { Queryable } from '../database/index.js'

/** Receives each query on its way to the database; `send` passes it on. */
export type Interceptor = (
  text: string,
  values: readonly unknown[] | undefined,
  send: Queryable['query'],
) => ReturnType<Queryable['query']>

/**
 * The same queryable, with an interceptor for each query, also in its transactions and sessions.
 * Scripts are not intercepted, because no operation of ours sends one.
 */
export function interceptQueries<Q extends Queryable>(queryable: Q, interceptor: Interceptor): Q {
  return new Proxy(queryable, {
    get(target, property) {
      const value = Reflect.get(target, property)
      if (property === 'query') {
        return (text: string, values?: readonly unknown[]) =>
          interceptor(text, values, target.query.bind(target))
      }
      if (property === 'transaction' || property === 'withSession') {
        return (work: (inner: Queryable) => Promise<unknown>, ...rest: unknown[]) => {
          const intercepted = (inner: Queryable) => work(interceptQueries(inner, interceptor))
          const call = value as (...all: unknown[]) => unknown
          return Reflect.apply(call, target, [intercepted, ...rest])
        }
      }
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** The SQLSTATE of a failure: of a cancelled query, or of two transactions that collide. */
export type FailCode = '57014' | '40001'

/**
 * A failure in the queries of an operation, after `statements` of them were sent: all later ones
 * fail, or one if it is a collision. None fails if `statements` is undefined.
 */
export function injectFailure(statements: number | undefined, code: FailCode) {
  let sent = 0
  const failure = {
    /** Whether the operation has to retry by itself and then succeed. */
    isRetried: code === '40001',
    hasOccurred: false,
    /** The queryable whose queries fail. */
    around: (queryable: Queryable): Queryable =>
      interceptQueries(queryable, async (text, values, send) => {
        sent += 1
        const isOver = failure.hasOccurred && failure.isRetried
        if (statements === undefined || sent <= statements || isOver) return send(text, values)
        failure.hasOccurred = true
        throw Object.assign(new Error('The query was cancelled.'), { code, severity: 'ERROR' })
      }),
  }
  return failure
}
