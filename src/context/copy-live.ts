import { mirrored, mirroredColumns, mirroredFromExcluded } from './mirrored-columns.js'
import { defineStatement } from './statement.js'

/**
 * Makes the pins of some chats equal to the live context of one agent, and says how many rows
 * that took. Rows that are equal already are neither written nor locked, and keep their times:
 * which ones differ is found first, since ON CONFLICT would lock every row it is given.
 *
 * The caller holds the locks of the agent and of the chats.
 */
export const copyLive = defineStatement({
  name: 'copy live context to pins',
  parameters: { agentId: 'uuid', chatIds: 'uuid[]', now: 'timestamptz?' },
  row: { added: 'integer', replaced: 'integer', removed: 'integer' },
  sql: (names, { agentId, chatIds, now }) => `
    WITH changed AS MATERIALIZED (
      SELECT chat.id AS chat_id, live.source, ${mirrored('live')}, pin.source IS NULL AS is_new
      FROM pg_catalog.unnest(${chatIds}) AS chat (id)
      JOIN ${names.workspace_agent_context_resources} live ON live.workspace_agent_id = ${agentId}
      LEFT JOIN ${names.chat_context_resources} pin
        ON pin.chat_id = chat.id AND pin.source = live.source
      WHERE pin.source IS NULL OR (${mirrored('pin')}) IS DISTINCT FROM (${mirrored('live')})
    ), removed AS (
      DELETE FROM ${names.chat_context_resources} pin
      WHERE pin.chat_id = ANY (${chatIds}) AND NOT EXISTS (
        SELECT FROM ${names.workspace_agent_context_resources} live
        WHERE live.workspace_agent_id = ${agentId} AND live.source = pin.source)
      RETURNING 1
    ), written AS (
      INSERT INTO ${names.chat_context_resources}
        (chat_id, source, ${mirroredColumns.join(', ')}, created_at, updated_at)
      SELECT chat_id, source, ${mirroredColumns.join(', ')},
             coalesce(${now}, now()), coalesce(${now}, now())
      FROM changed
      ON CONFLICT (chat_id, source)
        DO UPDATE SET ${mirroredFromExcluded}, updated_at = excluded.updated_at
    )
    SELECT (SELECT count(*) FROM changed WHERE is_new)::integer AS added,
           (SELECT count(*) FROM changed WHERE NOT is_new)::integer AS replaced,
           (SELECT count(*) FROM removed)::integer AS removed`,
})
