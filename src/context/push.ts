import type { Queryable } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { ResourceInput } from '../schema/index.js'
import { type ContextChanges, noChanges } from './chat-ref.js'
import type { WriteOptions } from './check-input.js'
import { kindHashesOf } from './kind-hashes.js'
import { lockAgent } from './locks.js'
import { changeEvents } from './notify-chats.js'
import { compared, replaceResources } from './replace-resources.js'
import { runOperation } from './run-operation.js'
import { settleChats } from './settle.js'
import { defineStatement } from './statement.js'
import { type ValidPush, validatePush } from './validate-push.js'

/**
 * A full report of an agent's resources.
 *
 * @example
 * ```ts
 * const report: PushParams = { agentId, version: 1, initial: true, resources: [] }
 * await push(database, report)
 * ```
 */
export interface PushParams extends WriteOptions {
  /** The agent that reports. */
  readonly agentId: string
  /** The agent's counter, 0 to 2^53 - 1. */
  readonly version: number
  /** True for the first push of an agent's process, which counts anew; false by default. */
  readonly initial?: boolean | undefined
  /**
   * False while the agent is still starting; true by default. The report is stored and `diff` shows
   * it, but until the next ready push no chat is hydrated from it, refreshed to it or marked by it.
   */
  readonly ready?: boolean | undefined
  /**
   * The start of the agent's process that reports: an id of the start, such as a random UUID, and
   * its time. With it, a delayed push of a process that was replaced is refused.
   */
  readonly run?: { readonly id: string; readonly startedAt: Date | string } | undefined
  /** The error of the report as a whole; empty by default. */
  readonly snapshotError?: string | undefined
  /** All resources of the agent. Stored resources that are not listed are deleted. */
  readonly resources: readonly ResourceInput[]
  /** As in the result of `scan`, so that it can be pushed as it is; not stored. */
  readonly rootName?: string | undefined
}

/**
 * The result of a push.
 *
 * @example
 * ```ts
 * const report = { agentId, version: 7, resources: [] }
 * const { accepted, dirtied }: PushResult = await push(database, report)
 * console.log(accepted ? `${dirtied.length} chats are dirty now` : 'a later push was there first')
 * ```
 */
export interface PushResult extends ContextChanges {
  /**
   * False if it is older than what is stored; then no row has changed. The lists are those of the
   * attempt that was committed, and are empty for a push that was not `ready`.
   */
  readonly accepted: boolean
  /**
   * Why it was not accepted: `version` if its version is not above the stored one, `superseded_run`
   * if it is not of the stored run and cannot replace it.
   */
  readonly reason?: 'version' | 'superseded_run'
}

export const readStored = defineStatement({
  name: 'compare with stored snapshot',
  parameters: {
    agentId: 'uuid',
    version: 'bigint',
    initial: 'boolean',
    runId: 'uuid?',
    runStartedAt: 'timestamptz?',
    digest: 'text',
    now: 'timestamptz?',
  },
  row: {
    startsTooLate: 'boolean',
    isSuperseded: 'boolean',
    isStale: 'boolean',
    hasResources: 'boolean',
    isUnchanged: 'boolean',
  },
  // Times are compared here, because a Date would lose the microseconds.
  sql: (names, { agentId, version, initial, runId, runStartedAt, digest, now }) => `
    SELECT coalesce(${runStartedAt} > coalesce(${now}, now()) + make_interval(hours => 24), false)
             AS "startsTooLate",
           coalesce(CASE WHEN ${initial} THEN ${runStartedAt} < stored.run_started_at
             ELSE stored.run_id IS NOT NULL AND (stored.run_id, stored.run_started_at)
               IS DISTINCT FROM (${runId}, ${runStartedAt}) END, false) AS "isSuperseded",
           coalesce(NOT ${initial} AND ${version} <= stored.version, false) AS "isStale",
           EXISTS (SELECT FROM ${names.workspace_agent_context_resources}
                   WHERE workspace_agent_id = ${agentId}) AS "hasResources",
           coalesce(stored.resources_digest = decode(${digest}, 'hex'), false) AS "isUnchanged"
    FROM (SELECT) one
    LEFT JOIN ${names.workspace_agent_context_snapshots} stored
      ON stored.workspace_agent_id = ${agentId}`,
})

export const writeSnapshot = defineStatement({
  name: 'write snapshot',
  parameters: {
    agentId: 'uuid',
    version: 'bigint',
    runId: 'uuid?',
    runStartedAt: 'timestamptz?',
    error: 'text',
    ready: 'boolean',
    digest: 'text',
    now: 'timestamptz?',
  },
  row: {},
  sql: (names, { agentId, version, runId, runStartedAt, error, ready, digest, now }) => `
    INSERT INTO ${names.workspace_agent_context_snapshots}
      (workspace_agent_id, version, run_id, run_started_at, kind_hashes, snapshot_error, ready,
       resources_digest, received_at)
    SELECT ${agentId}, ${version}, ${runId}, ${runStartedAt},
      ${kindHashesOf(names.workspace_agent_context_resources, `hashed.workspace_agent_id = ${agentId}`)},
      ${error}, ${ready}, decode(${digest}, 'hex'), coalesce(${now}, now())
    ON CONFLICT (workspace_agent_id) DO UPDATE
    SET version = excluded.version, run_id = excluded.run_id,
        run_started_at = excluded.run_started_at, kind_hashes = excluded.kind_hashes,
        snapshot_error = excluded.snapshot_error, ready = excluded.ready,
        resources_digest = excluded.resources_digest, received_at = excluded.received_at`,
})

/**
 * Replaces the live context of an agent, hydrates its chats without pins, and settles its chats
 * with pins.
 *
 * It is accepted if the agent has no snapshot; or if it is `initial`, unless its run started before
 * the stored run; or if `version` is greater than the stored one and, where a run is stored, it is
 * of that run. Resources that equal the stored ones are neither written nor locked nor sent. The
 * number of statements does not depend on the number of resources or of chats.
 *
 * {@link limits} contains the limits. Everything is checked before the first write, and one invalid
 * resource rejects the whole push.
 *
 * @throws DriftpinError `invalid_input`, `agent_not_found`, `agent_deleted`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const run = { id: crypto.randomUUID(), startedAt: new Date() } // when the process starts
 * const found = await scan('/home/dev/shop')
 * const first = { agentId, run, version: 1, initial: true, ...found }
 * const { accepted, hydrated, dirtied } = await push(database, first)
 * ```
 */
export async function push(queryable: Queryable, params: PushParams): Promise<PushResult> {
  const good = validatePush(params)
  const { agentId, version, initial, run, ready, snapshotError: error, now, notify } = good
  const sent = await compared(good)
  const { digest } = sent
  const head = { agentId, version, runId: run?.id, runStartedAt: run?.startedAt, digest, now }
  return await runOperation(queryable, notify, async (transaction, announce) => {
    await lockAgent(transaction, agentId, 'update')
    const [stored] = await readStored(transaction, { ...head, initial })
    const { startsTooLate, isSuperseded, isStale, hasResources, isUnchanged } = stored!
    if (startsTooLate) throw startedTooLate(run!)
    if (isSuperseded) return { accepted: false, reason: 'superseded_run', ...noChanges }
    if (isStale) return { accepted: false, reason: 'version', ...noChanges }
    if (!isUnchanged) await replaceResources(transaction, good, sent, hasResources)
    await writeSnapshot(transaction, { ...head, error, ready })
    const changes = await settleChats(transaction, { agentId }, now)
    await announce(...changeEvents(changes))
    return { accepted: true, ...changes }
  })
}

function startedTooLate({ id, startedAt }: NonNullable<ValidPush['run']>): DriftpinError {
  const time = startedAt instanceof Date ? startedAt.toISOString() : startedAt
  return new DriftpinError(
    'invalid_input',
    `push: run.startedAt: ${time} is more than a day in the future. Nothing was written, because ` +
      'such a run would refuse every push of its successors. Set the clock of the agent.',
    { id, startedAt },
  )
}
