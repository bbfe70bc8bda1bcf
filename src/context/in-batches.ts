import { z } from 'zod'
import type { Queryable, Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { limits } from '../schema/index.js'
import { type Announce, runOperation } from './run-operation.js'
import { defineStatement } from './statement.js'

/** The limit of one batch. */
export const batchLimit = z.int().min(1).max(limits.purgeMax).default(1000)

/**
 * What a job did that works in batches.
 *
 * @example
 * ```ts
 * const report = ({ purged, batches, busy }: BatchResult) =>
 *   console.log(purged, 'in', batches, busy ? 'until another process took over' : '')
 * report(await purgeExpired(database))
 * ```
 */
export interface BatchResult {
  /** How many rows were deleted. */
  readonly purged: number
  /** In how many transactions. */
  readonly batches: number
  /** Whether another process was working, so that the rest was left to it. */
  readonly busy: boolean
}

export const tryPurgeLock = defineStatement({
  name: 'try purge lock',
  parameters: { key: 'text' },
  row: { locked: 'boolean' },
  sql: (_, { key }) => `
    SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended(${key}, 0)) AS locked`,
})

/**
 * Runs a batch again and again, each time in its own transaction, until it finds nothing. If two
 * processes do the same work at the same time, one works and the other stops.
 *
 * @param batch Answers how many rows it found, and how many of them it deleted.
 * @throws DriftpinError `transaction_required_none` inside a transaction, which would hold its
 * locks over all batches.
 */
export async function inBatches(
  queryable: Queryable,
  { operation, what, notify }: { operation: string; what: string; notify?: boolean | undefined },
  batch: (
    transaction: Transaction,
    announce: Announce,
  ) => Promise<{ readonly found: number; readonly purged: number }>,
): Promise<BatchResult> {
  if (queryable.kind === 'transaction') {
    throw new DriftpinError(
      'transaction_required_none',
      `${operation} commits each batch, which is impossible inside a transaction. Call it on the ` +
        'database.',
      { operation },
    )
  }
  const key = `driftpin purge ${what}${queryable.schema}`
  for (let purged = 0, batches = 0; ; batches++) {
    const done = await runOperation(queryable, notify, async (transaction, announce) => {
      const [lock] = await tryPurgeLock(transaction, { key })
      return lock!.locked ? await batch(transaction, announce) : undefined
    })
    if (!done || done.found === 0) return { purged, batches, busy: done === undefined }
    purged += done.purged
  }
}
