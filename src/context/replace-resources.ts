import { sha256, type Transaction } from '../database/index.js'
import { inHashOrder } from '../schema/index.js'
import { jsonbDigest } from './jsonb.js'
import { columns, differ, mirrored, mirroredColumns, mirroredFromExcluded } from './live-context.js'
import { defineStatement, type Names } from './statement.js'
import type { ValidPush, ValidResource } from './validate-push.js'

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
    WHERE live.source IS NULL OR ${differ('live', 'pushed')}
    ON CONFLICT (workspace_agent_id, source)
      DO UPDATE SET ${mirroredFromExcluded}, updated_at = excluded.updated_at`,
})

/** A resource without its body, as the statements take it. */
const headOf = ({ body: _, encodedBody: __, ...head }: ValidResource) => head

/** The resources of a push as they are compared: heads with digests of the bodies, as JSON. */
export interface Compared {
  readonly heads: string
  /** sha256 of everything in them, in hexadecimal, whatever their order. */
  readonly digest: string
}

/** Computes what a push is compared by. */
export async function compared({ resources }: ValidPush): Promise<Compared> {
  const heads = await Promise.all(
    resources.map(async (resource, place) => ({
      ...headOf(resource),
      place,
      digest: await jsonbDigest(resource.body),
    })),
  )
  const sorted = inHashOrder(heads).map(({ place: _, ...head }) => Object.entries(head).sort())
  const digest = Buffer.from(await sha256(JSON.stringify(sorted))).toString('hex')
  return { heads: JSON.stringify(heads), digest }
}

/**
 * Makes the stored resources equal to the pushed ones. Bodies are sent only for resources that
 * differ, because most pushes repeat most of what is stored, and bodies may have 4 MiB.
 */
export async function replaceResources(
  transaction: Transaction,
  { agentId, resources, now }: ValidPush,
  { heads }: Compared,
  hasResources: boolean,
): Promise<void> {
  // Without stored resources, nothing can be equal and nothing can conflict.
  const write = hasResources ? writeResources : writeFirstResources
  const places =
    hasResources &&
    new Set(
      (await compareResources(transaction, { agentId, resources: heads })).map(
        ({ place }) => place,
      ),
    )
  const differing = places ? resources.filter((_, place) => places.has(place)) : resources
  if (differing.length === 0) return
  // The bodies were already encoded when their size was checked.
  const written = differing.map((resource) => {
    const head = JSON.stringify(headOf(resource))
    return `${head.slice(0, -1)},"body":${resource.encodedBody}}`
  })
  const encoded = `[${written.join(',')}]`
  await write(transaction, { agentId, resources: encoded, now })
}
