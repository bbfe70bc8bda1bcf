import { sqlState } from '../../src/database/sql-state.js'
import type { Queryable } from '../../src/index.js'

/** What an operation did to be done. */
export interface Tally {
  /** How often a transaction was begun, since one was last committed. */
  tries: number
  triesMax: number
  retries: number
  /** Transactions that the server ended because they and others waited for each other. */
  deadlocks: number
}

export const createTally = (): Tally => ({ tries: 0, triesMax: 0, retries: 0, deadlocks: 0 })

/** The same queryable, which counts the transactions that one operation begins on it. */
export function tallying<Q extends Queryable>(queryable: Q, tally: Tally): Q {
  tally.tries = 0
  return new Proxy(queryable, {
    get(target, property) {
      const value = Reflect.get(target, property)
      if (property !== 'transaction')
        return typeof value === 'function' ? value.bind(target) : value
      return async (...all: Parameters<Queryable['transaction']>) => {
        if (tally.tries > 0) tally.retries += 1
        tally.tries += 1
        tally.triesMax = Math.max(tally.triesMax, tally.tries)
        try {
          const result = await target.transaction(...all)
          tally.tries = 0
          return result
        } catch (error) {
          if (sqlState(error) === '40P01') tally.deadlocks += 1
          throw error
        }
      }
    },
  })
}
