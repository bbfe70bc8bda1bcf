import type { Queryable } from '../database/index.js'
import { throughStatements } from './through-statements.js'

/** What a statement fails with: as an administrator ends it, or as two transactions collide. */
export type FailCode = '57014' | '40001'

/** Queryables of which one statement fails on its way to the database. */
export interface Failing {
  /** Whether the operation has to try again by itself, and then succeed. */
  readonly isTriedAgain: boolean
  hasFailed: boolean
  around(queryable: Queryable): Queryable
}

/**
 * @param statements So many are sent before one fails, and with it all that come after, unless
 * it is a collision, of which there is one; undefined lets none fail.
 */
export function failAfter(statements: number | undefined, code: FailCode): Failing {
  let sent = 0
  const isTriedAgain = code === '40001'
  const failing: Failing = {
    isTriedAgain,
    hasFailed: false,
    around: (queryable) =>
      throughStatements(queryable, async (text, values, send) => {
        sent += 1
        const isOver = failing.hasFailed && isTriedAgain
        if (statements === undefined || sent <= statements || isOver) return send(text, values)
        failing.hasFailed = true
        throw Object.assign(new Error('The query was cancelled.'), { code, severity: 'ERROR' })
      }),
  }
  return failing
}
