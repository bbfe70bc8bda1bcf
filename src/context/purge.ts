import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { limits } from '../schema/index.js'
import type { ChatRef } from './chat-ref.js'
import { checkInput, time, type WriteOptions, writeOptions } from './check-input.js'
import { type BatchResult, batchLimit, inBatches } from './in-batches.js'
import { runOperation } from './run-operation.js'
import { defineStatement } from './statement.js'

const purgeInput = z.strictObject({ before: time, limit: batchLimit, notify: writeOptions.notify })
const expiredInput = z.strictObject({
  retentionDays: z.int().min(0).max(limits.retentionDaysMax).default(30),
  limit: batchLimit,
  ...writeOptions,
})

export const purgeChats = defineStatement({
  name: 'purge chats',
  parameters: { before: 'timestamptz', limit: 'integer' },
  row: { id: 'uuid', ownerId: 'uuid' },
  // The lock checks each row again after it was taken, and skips rows that another session has
  // locked: a chat in use is left for the next run.
  sql: ({ chats }, { before, limit }) => `
    WITH doomed AS MATERIALIZED (
      SELECT id, updated_at FROM ${chats}
      WHERE archived AND updated_at < ${before}
      ORDER BY updated_at, id
      LIMIT ${limit}
      FOR UPDATE SKIP LOCKED
    ), purged AS (
      DELETE FROM ${chats} chat USING doomed WHERE chat.id = doomed.id
      RETURNING chat.id, chat.owner_id, chat.updated_at
    )
    SELECT id, owner_id AS "ownerId" FROM purged ORDER BY updated_at, id`,
})

export const expiryCutoff = defineStatement({
  name: 'expiry cutoff',
  parameters: { retentionDays: 'integer', now: 'timestamptz?' },
  row: { cutoff: 'text' },
  // As text, because a Date would lose the microseconds. In hours, because a day may have 23 or 25
  // in the time zone of the session.
  sql: (_, { retentionDays, now }) => `
    SELECT pg_catalog.to_jsonb(coalesce(${now}, now()) - make_interval(hours => 24 * ${retentionDays}))
             #>> '{}' AS cutoff`,
})

/**
 * Deletes archived chats that were last updated strictly before a time, oldest first, with
 * everything that belongs to them, including their pins. A locked chat is skipped and left for the
 * next run.
 *
 * @param params.limit The maximum number of chats; 1000 by default, 1 to 100000.
 * @throws DriftpinError `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const { purged } = await purge(database, { before: '2026-01-01T00:00:00Z', limit: 100 })
 * ```
 */
export async function purge(
  queryable: Queryable,
  params: {
    readonly before: Date | string
    readonly limit?: number | undefined
  } & Pick<WriteOptions, 'notify'>,
): Promise<{ readonly purged: readonly ChatRef[] }> {
  const { notify, ...which } = checkInput('purge', purgeInput, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const purged = await purgeChats(transaction, which)
    await announce(['deleted', purged])
    return { purged }
  })
}

/**
 * The retention job: purges every chat past retention in batches, each in its own transaction. If
 * two processes run it at the same time, one works and the other stops.
 *
 * @param params.retentionDays Days of 24 hours, at most 36500; 30 by default; 0 keeps everything
 * for ever.
 * @param params.limit Chats per batch; 1000 by default.
 * @throws DriftpinError `transaction_required_none` inside a transaction, which would hold its
 * locks over all batches; `invalid_input`.
 *
 * @example
 * ```ts
 * setInterval(() => purgeExpired(database, { retentionDays: 90 }), 3_600_000)
 * ```
 */
export async function purgeExpired(
  queryable: Queryable,
  params: {
    readonly retentionDays?: number | undefined
    readonly limit?: number | undefined
  } & WriteOptions = {},
): Promise<BatchResult> {
  const { retentionDays, limit, now, notify } = checkInput('purgeExpired', expiredInput, params)
  if (retentionDays === 0) return { purged: 0, batches: 0, busy: false }
  const [row] = await expiryCutoff(queryable, { retentionDays, now })
  const before = row!.cutoff
  const job = { operation: 'purgeExpired', what: '', notify }
  return await inBatches(queryable, job, async (transaction, announce) => {
    const purged = await purgeChats(transaction, { before, limit })
    await announce(['deleted', purged])
    return { found: purged.length, purged: purged.length }
  })
}
