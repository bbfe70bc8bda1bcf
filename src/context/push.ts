import type { Queryable, Transaction } from '../database/index.js'
import { aggregateHash, type ResourceInput } from '../schema/index.js'
import type { ContextChanges } from './chat-ref.js'
import type { WriteOptions } from './check-input.js'
import { jsonbDigest } from './jsonb.js'
import {
  columns,
  mirrored,
  mirroredColumns,
  mirroredFromExcluded,
  settleChats,
} from './live-context.js'
import { lockAgent } from './locks.js'
import { changeEvents } from './notify-chats.js'
import { runOperation } from './run-operation.js'
import { defineStatement, type Names } from './statement.js'
import { type ValidPush, type ValidResource, validatePush } from './validate-push.js'

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
  /** The agent's counter, 0 to 2^63 - 1. */
  readonly version: number | bigint
  /** True for the first push of an agent that restarted its counter; false by default. */
  readonly initial?: boolean | undefined
  /**
   * False while the agent is still starting; true by default. The report is stored and `diff` shows
   * it, but until the next ready push no chat is hydrated from it, refreshed to it or marked by it.
   */
  readonly ready?: boolean | undefined
  /** 1 to 64 bytes; computed from the resources by default. */
  readonly aggregateHash?: Uint8Array | undefined
  /** The error of the report as a whole; empty by default. */
  readonly snapshotError?: string | undefined
  /** All resources of the agent. Stored resources that are not listed are deleted. */
  readonly resources: readonly ResourceInput[]
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
   * False if the version gate refused it; then no row has changed. The lists are those of the
   * attempt that was committed, and are empty for a push that was not `ready`.
   */
  readonly accepted: boolean
}

export const readStored = defineStatement({
  name: 'read stored version',
  parameters: { agentId: 'uuid' },
  row: { version: 'bigint?', hasResources: 'boolean' },
  sql: (names, { agentId }) => `
    SELECT (SELECT version FROM ${names.workspace_agent_context_snapshots}
            WHERE workspace_agent_id = ${agentId}) AS version,
           EXISTS (SELECT FROM ${names.workspace_agent_context_resources}
                   WHERE workspace_agent_id = ${agentId}) AS "hasResources"`,
})

export const writeSnapshot = defineStatement({
  name: 'write snapshot',
  parameters: {
    agentId: 'uuid',
    version: 'bigint',
    hash: 'bytea',
    error: 'text',
    ready: 'boolean',
    now: 'timestamptz?',
  },
  row: {},
  sql: ({ workspace_agent_context_snapshots }, { agentId, version, hash, error, ready, now }) => `
    INSERT INTO ${workspace_agent_context_snapshots}
      (workspace_agent_id, version, aggregate_hash, snapshot_error, ready, received_at)
    VALUES (${agentId}, ${version}, ${hash}, ${error}, ${ready}, coalesce(${now}, now()))
    ON CONFLICT (workspace_agent_id) DO UPDATE
    SET version = excluded.version, aggregate_hash = excluded.aggregate_hash,
        snapshot_error = excluded.snapshot_error, ready = excluded.ready,
        received_at = excluded.received_at`,
})

/** The fields of a resource without its body, for `jsonb_to_recordset`. */
const headFields = ['source', 'kind', 'contentHash', 'sizeBytes', 'status', 'error', 'sourcePath']
  .map((name) => `"${name}" pg_catalog.text`)
  .join(', ')

/** The columns that are compared directly; a body is compared by its digest. */
const heads = mirroredColumns.filter((column) => column !== 'body')

/** The columns as they are stored, of a resource that came as JSON. */
const asStored = (names: Names, record: string) => `
             ${record}.kind::${names.workspace_agent_context_body_kind} AS body_kind,
             decode(${record}."contentHash", 'hex') AS content_hash,
             ${record}."sizeBytes"::bigint AS size_bytes,
             ${record}.status::${names.workspace_agent_context_resource_status} AS status,
             ${record}.error, ${record}."sourcePath" AS source_path`

export const compareResources = defineStatement({
  name: 'remove absent and find differing resources',
  parameters: { agentId: 'uuid', resources: 'jsonb' },
  row: { place: 'integer' },
  // By position, because PGlite loses a byte order mark at the beginning of a returned text.
  sql: (names, { agentId, resources }) => `
    WITH pushed AS MATERIALIZED (
      SELECT sent.place, sent.source,
             decode(sent.digest, 'hex') AS body_digest,${asStored(names, 'sent')}
      FROM jsonb_to_recordset(${resources})
        AS sent (${headFields}, digest pg_catalog.text, place integer)
    ), removed AS (
      DELETE FROM ${names.workspace_agent_context_resources} live
      WHERE live.workspace_agent_id = ${agentId}
        AND NOT EXISTS (SELECT FROM pushed WHERE pushed.source = live.source)
    )
    SELECT pushed.place
    FROM pushed
    LEFT JOIN ${names.workspace_agent_context_resources} live
      ON live.workspace_agent_id = ${agentId} AND live.source = pushed.source
    WHERE live.source IS NULL
      OR (${columns('live', heads)}) IS DISTINCT FROM (${columns('pushed', heads)})
      OR sha256(convert_to(live.body::pg_catalog.text, 'UTF8')) <> pushed.body_digest`,
})

/** An INSERT of pushed resources, to which a join, a condition and ON CONFLICT can be added. */
const insertPushed = (
  names: Names,
  { agentId, resources, now }: Readonly<Record<'agentId' | 'resources' | 'now', string>>,
) => `
    INSERT INTO ${names.workspace_agent_context_resources}
      (workspace_agent_id, source, ${mirroredColumns.join(', ')}, created_at, updated_at)
    SELECT ${agentId}, pushed.source, ${mirrored('pushed')},
           coalesce(${now}, now()), coalesce(${now}, now())
    FROM (
      SELECT sent.source, sent.body,${asStored(names, 'sent')}
      FROM jsonb_to_recordset(${resources}) AS sent (${headFields}, body pg_catalog.jsonb)
    ) pushed`

const writtenResources = { agentId: 'uuid', resources: 'jsonb', now: 'timestamptz?' } as const

export const writeFirstResources = defineStatement({
  name: 'write first resources',
  parameters: writtenResources,
  row: {},
  sql: insertPushed,
})

export const writeResources = defineStatement({
  name: 'write differing resources',
  parameters: writtenResources,
  row: {},
  sql: (names, places) => `${insertPushed(names, places)}
    LEFT JOIN ${names.workspace_agent_context_resources} live
      ON live.workspace_agent_id = ${places.agentId} AND live.source = pushed.source
    WHERE live.source IS NULL OR (${mirrored('live')}) IS DISTINCT FROM (${mirrored('pushed')})
    ON CONFLICT (workspace_agent_id, source)
      DO UPDATE SET ${mirroredFromExcluded}, updated_at = excluded.updated_at`,
})

/** A resource without its body, as the statements take it. */
function headOf({ body: _, encodedBody: __, ...head }: ValidResource) {
  return {
    ...head,
    contentHash: Buffer.from(head.contentHash).toString('hex'),
    sizeBytes: String(head.sizeBytes),
  }
}

/**
 * Makes the stored resources equal to the pushed ones. Bodies are sent only for resources that
 * differ, because most pushes repeat what is stored, and bodies may have 4 MiB.
 */
async function replaceResources(
  transaction: Transaction,
  agentId: string,
  { resources, now }: ValidPush,
  hasResources: boolean,
): Promise<void> {
  // Without stored resources, nothing can be equal and nothing can conflict.
  const write = hasResources ? writeResources : writeFirstResources
  const differing = hasResources
    ? await removeAndCompare(transaction, agentId, resources)
    : resources
  if (differing.length === 0) return
  // The bodies were already encoded when their size was checked.
  const written = differing.map((resource) => {
    const head = JSON.stringify(headOf(resource))
    return `${head.slice(0, -1)},"body":${resource.encodedBody}}`
  })
  const encoded = `[${written.join(',')}]`
  await write(transaction, { agentId, resources: encoded, now })
}

/** Deletes resources that were not pushed, and returns those that are stored differently. */
async function removeAndCompare(
  transaction: Transaction,
  agentId: string,
  resources: readonly ValidResource[],
): Promise<ValidResource[]> {
  const compared = await Promise.all(
    resources.map(async (resource, place) => ({
      ...headOf(resource),
      place,
      digest: await jsonbDigest(resource.body),
    })),
  )
  const rows = await compareResources(transaction, { agentId, resources: JSON.stringify(compared) })
  const places = new Set(rows.map(({ place }) => place))
  return resources.filter((_, place) => places.has(place))
}

/**
 * Replaces the live context of an agent, hydrates its chats without pins, and settles its chats
 * with pins.
 *
 * It is accepted if the agent has no snapshot, or `initial` is true, or `version` is greater than
 * the stored one. Resources that equal the stored ones are neither written nor locked nor sent. The
 * number of statements does not depend on the number of resources or of chats.
 *
 * {@link limits} contains the limits. Everything is checked before the first write, and one invalid
 * resource rejects the whole push.
 *
 * @throws DriftpinError `invalid_input`, `agent_not_found`, `agent_deleted`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const found = await scan('/home/dev/shop')
 * const { accepted, hydrated, dirtied } = await push(database, {
 *   agentId,
 *   version: 7,
 *   snapshotError: found.snapshotError,
 *   resources: found.resources,
 * })
 * ```
 */
export async function push(queryable: Queryable, params: PushParams): Promise<PushResult> {
  const good = validatePush(params)
  const { agentId, version, initial, ready, snapshotError: error, now, notify } = good
  const hash = good.aggregateHash ?? (await aggregateHash(good.resources))
  return await runOperation(queryable, notify, async (transaction, announce) => {
    await lockAgent(transaction, agentId, 'update')
    const [stored] = await readStored(transaction, { agentId })
    const { version: storedVersion, hasResources } = stored!
    if (storedVersion !== null && !initial && BigInt(version) <= storedVersion) {
      return { accepted: false, hydrated: [], dirtied: [], settled: [] }
    }
    await writeSnapshot(transaction, { agentId, version, hash, error, ready, now })
    await replaceResources(transaction, agentId, good, hasResources)
    const changes = await settleChats(transaction, { agentId }, now)
    await announce(...changeEvents(changes))
    return { accepted: true, ...changes }
  })
}
