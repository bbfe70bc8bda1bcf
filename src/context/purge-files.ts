import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { checkInput, time } from './check-input.js'
import { type BatchResult, batchLimit, inBatches } from './in-batches.js'
import { defineStatement } from './statement.js'

const input = z.strictObject({ before: time, limit: batchLimit })
const idRow = { id: 'uuid' } as const

// A link that another session has not yet committed locks its file, so that the file is skipped.
export const lockUnusedFiles = defineStatement({
  name: 'lock unused files',
  parameters: { before: 'timestamptz', limit: 'integer' },
  row: idRow,
  sql: ({ chat_files, chat_file_links }, { before, limit }) => `
    SELECT f.id FROM ${chat_files} f
    WHERE f.created_at < ${before}
      AND NOT EXISTS (SELECT FROM ${chat_file_links} l WHERE l.file_id = f.id)
    ORDER BY f.created_at, f.id
    LIMIT ${limit}
    FOR UPDATE OF f SKIP LOCKED`,
})

// A statement of its own, which sees a link that was committed before the lock was taken.
export const deleteUnusedFiles = defineStatement({
  name: 'delete unused files',
  parameters: { ids: 'uuid[]' },
  row: idRow,
  sql: ({ chat_files, chat_file_links }, { ids }) => `
    DELETE FROM ${chat_files} f
    WHERE f.id = ANY (${ids})
      AND NOT EXISTS (SELECT FROM ${chat_file_links} l WHERE l.file_id = f.id)
    RETURNING f.id`,
})

export const deleteDebugRuns = defineStatement({
  name: 'delete debug runs',
  parameters: { before: 'timestamptz', limit: 'integer' },
  row: idRow,
  // With the lock on the chat, so that the deletion of a chat does not wait for one of its rows.
  sql: ({ chats, chat_debug_runs }, { before, limit }) => `
    WITH doomed AS MATERIALIZED (
      SELECT r.chat_id, r.id FROM ${chat_debug_runs} r JOIN ${chats} c ON c.id = r.chat_id
      WHERE r.updated_at < ${before}
      ORDER BY r.updated_at, r.chat_id, r.id
      LIMIT ${limit}
      FOR NO KEY UPDATE OF c SKIP LOCKED FOR UPDATE OF r SKIP LOCKED
    )
    DELETE FROM ${chat_debug_runs} r USING doomed
    WHERE r.chat_id = doomed.chat_id AND r.id = doomed.id
    RETURNING r.id`,
})

/** A cutoff, and how much one transaction deletes. */
interface Cutoff {
  readonly before: Date | string
  readonly limit?: number | undefined
}

/**
 * Deletes the files that no chat links to and that were created strictly before a time, oldest
 * first, in batches, each in its own transaction. A purge of chats leaves such files. A file that
 * another transaction has locked, for example to link it, is skipped.
 *
 * @param params.limit Files per batch; 1000 by default, 1 to 100000.
 * @throws DriftpinError `transaction_required_none` inside a transaction, `invalid_input`.
 *
 * @example
 * ```ts
 * const { purged } = await purgeFiles(database, { before: '2026-01-01T00:00:00Z' })
 * ```
 */
export async function purgeFiles(queryable: Queryable, params: Cutoff): Promise<BatchResult> {
  const which = checkInput('purgeFiles', input, params)
  const job = { operation: 'purgeFiles', what: 'files ' }
  return await inBatches(queryable, job, async (transaction) => {
    const found = await lockUnusedFiles(transaction, which)
    const purged = await deleteUnusedFiles(transaction, { ids: found.map(({ id }) => id) })
    return { found: found.length, purged: purged.length }
  })
}

/**
 * Deletes the debug runs that were last updated strictly before a time, with their steps, oldest
 * first, in batches, each in its own transaction. Runs that another transaction has locked, or
 * whose chat it has, are skipped.
 *
 * @param params.limit Runs per batch; 1000 by default, 1 to 100000.
 * @throws DriftpinError `transaction_required_none` inside a transaction, `invalid_input`.
 *
 * @example
 * ```ts
 * const weekAgo = new Date(Date.now() - 7 * 86_400_000)
 * const { purged } = await purgeDebugRuns(database, { before: weekAgo })
 * ```
 */
export async function purgeDebugRuns(queryable: Queryable, params: Cutoff): Promise<BatchResult> {
  const which = checkInput('purgeDebugRuns', input, params)
  const job = { operation: 'purgeDebugRuns', what: 'debug runs ' }
  return await inBatches(queryable, job, async (transaction) => {
    const { length } = await deleteDebugRuns(transaction, which)
    return { found: length, purged: length }
  })
}
