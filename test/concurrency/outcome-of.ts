import { sqlState } from '../../src/database/sql-state.js'
import { DriftpinError } from '../../src/index.js'
import type { Outcome } from './journal.js'

/** What a soak itself throws, to have a transaction rolled back. */
export class RolledBack extends Error {
  override readonly name = 'RolledBack'
}

/** What operations refuse for what they find, which others may have changed a moment ago. */
const refusals = new Set([
  'agent_deleted',
  'agent_not_found',
  'agent_not_ready',
  'chat_moved',
  'chat_not_found',
  'no_live_context',
  'workspace_not_found',
])

/** A lock that is not to be had, and a statement that was cancelled or took too long. */
const given = new Set(['55P03', '57014'])

/** A connection that is ending or gone: class 08, an administrator, a crash, a start. */
const lost = /^(08...|57P0[123])$/

/** How a step ended that threw this, or undefined where nothing that is known explains it. */
export function outcomeOf(error: unknown): { outcome: Outcome | undefined; code: string } {
  const state = sqlState(error)
  if (state !== undefined) {
    if (lost.test(state)) return { outcome: 'unknown', code: state }
    return { outcome: given.has(state) || state === '40P01' ? 'failed' : undefined, code: state }
  }
  if (error instanceof RolledBack) return { outcome: 'refused', code: error.name }
  if (error instanceof DriftpinError) {
    const code: string = error.code
    if (refusals.has(code)) return { outcome: 'refused', code }
    // An adapter that can tell a lost COMMIT says so. Where a connection cannot be made, a part of
    // the work may have been done on an earlier one.
    if (code === 'outcome_unknown' || code === 'server_unreachable')
      return { outcome: 'unknown', code }
    const cause = code === 'transaction_failed' ? outcomeOf(error.cause) : undefined
    return { outcome: cause?.outcome, code }
  }
  // What a socket or pg itself throws has no SQLSTATE: there was no answer.
  const code = (error as { code?: unknown }).code
  const isLost = error instanceof Error && (error.constructor === Error || typeof code === 'string')
  return { outcome: isLost ? 'unknown' : undefined, code: typeof code === 'string' ? code : 'lost' }
}
