import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import type { ChatRef } from './chat-ref.js'
import { checkInput, id, type WriteOptions, writeOptions } from './check-input.js'
import { notFound, type Place } from './locks.js'
import { runOperation } from './run-operation.js'
import { defineStatement } from './statement.js'

const options = { permanently: z.boolean().default(false), notify: writeOptions.notify }
const workspaceInput = z.strictObject({ workspaceId: id, ...options })
const buildInput = z.strictObject({ buildId: id, ...options })
const agentInput = z.strictObject({ agentId: id, ...options })

/** A workspace, a build or an agent: the other two ids are absent. */
const target = { workspaceId: 'uuid?', buildId: 'uuid?', agentId: 'uuid?' } as const

export const lockWorkspaceOfDeletion = defineStatement({
  name: 'lock workspace of deletion',
  parameters: target,
  row: { id: 'uuid' },
  sql: ({ workspaces, workspace_builds, workspace_agents }, { workspaceId, buildId, agentId }) => `
    SELECT w.id FROM ${workspaces} w
    WHERE w.id = coalesce(${workspaceId}, (
      SELECT b.workspace_id FROM ${workspace_builds} b
      WHERE b.id = coalesce(${buildId}, (
        SELECT a.build_id FROM ${workspace_agents} a WHERE a.id = ${agentId}))))
    FOR UPDATE OF w`,
})

export const lockAgentsOfDeletion = defineStatement({
  name: 'lock agents of deletion',
  parameters: target,
  row: { id: 'uuid' },
  sql: ({ workspace_agents, workspace_builds }, { workspaceId, buildId, agentId }) => `
    SELECT a.id FROM ${workspace_agents} a JOIN ${workspace_builds} b ON b.id = a.build_id
    WHERE a.id = ${agentId} OR b.id = ${buildId} OR b.workspace_id = ${workspaceId}
    ORDER BY a.id
    FOR UPDATE OF a`,
})

export const lockChatsOfDeletion = defineStatement({
  name: 'lock chats of deletion',
  parameters: target,
  row: { id: 'uuid', ownerId: 'uuid' },
  // A union, because each of the three has an index.
  sql: (names, { workspaceId, buildId, agentId }) => `
    SELECT c.id, c.owner_id AS "ownerId" FROM ${names.chats} c
    WHERE c.id IN (
      SELECT id FROM ${names.chats} WHERE workspace_id = ${workspaceId}
      UNION ALL
      SELECT bound.id FROM ${names.chats} bound JOIN ${names.workspace_builds} b
        ON b.id = bound.build_id
      WHERE b.id = ${buildId} OR b.workspace_id = ${workspaceId}
      UNION ALL
      SELECT bound.id FROM ${names.chats} bound
      JOIN ${names.workspace_agents} a ON a.id = bound.agent_id
      JOIN ${names.workspace_builds} b ON b.id = a.build_id
      WHERE a.id = ${agentId} OR b.id = ${buildId} OR b.workspace_id = ${workspaceId})
    ORDER BY c.id
    FOR NO KEY UPDATE OF c`,
})

export const markDeleted = defineStatement({
  name: 'mark deleted',
  parameters: target,
  row: { id: 'uuid' },
  sql: ({ workspaces, workspace_agents }, { workspaceId, buildId, agentId }) => `
    WITH marked_workspace AS (
      UPDATE ${workspaces} SET deleted = true
      WHERE id = ${workspaceId} AND NOT deleted RETURNING id
    ), marked_agents AS (
      UPDATE ${workspace_agents} SET deleted = true
      WHERE (id = ${agentId} OR build_id = ${buildId}) AND NOT deleted RETURNING id
    )
    SELECT id FROM marked_workspace UNION ALL SELECT id FROM marked_agents`,
})

export const deleteForGood = defineStatement({
  name: 'delete for good',
  parameters: target,
  row: { id: 'uuid' },
  sql: ({ workspaces, workspace_builds, workspace_agents }, { workspaceId, buildId, agentId }) => `
    WITH workspace AS (DELETE FROM ${workspaces} WHERE id = ${workspaceId} RETURNING id),
    build AS (DELETE FROM ${workspace_builds} WHERE id = ${buildId} RETURNING id),
    agent AS (DELETE FROM ${workspace_agents} WHERE id = ${agentId} RETURNING id)
    SELECT id FROM workspace UNION ALL SELECT id FROM build UNION ALL SELECT id FROM agent`,
})

interface DeletionOptions extends Pick<WriteOptions, 'notify'> {
  readonly permanently?: boolean | undefined
}

/**
 * What a deletion has done.
 *
 * @example
 * ```ts
 * const { unbound }: Deletion = await deleteAgent(database, { agentId, permanently: true })
 * console.log(unbound.map(({ id }) => id))
 * ```
 */
export interface Deletion {
  /** False if everything was softly deleted before. */
  readonly changed: boolean
  /** The chats that a permanent deletion took the workspace, build or agent from, by id. */
  readonly unbound: readonly ChatRef[]
}

/**
 * Deletes a workspace softly, which only sets its mark, or permanently, with its builds and agents.
 * Chats keep their pins in both cases.
 *
 * @param params.permanently False by default.
 * @param params.notify Sends the event `bound` for each chat that a permanent deletion changes.
 * @throws DriftpinError `workspace_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const { unbound } = await deleteWorkspace(database, { workspaceId, permanently: true })
 * ```
 */
export async function deleteWorkspace(
  queryable: Queryable,
  params: { readonly workspaceId: string } & DeletionOptions,
): Promise<Deletion> {
  return await remove(queryable, checkInput('deleteWorkspace', workspaceInput, params))
}

/**
 * Deletes a build softly, which sets the marks of its agents, because a build has none, or
 * permanently, with its agents. Chats keep their pins in both cases.
 *
 * @param params.permanently False by default.
 * @param params.notify Sends the event `bound` for each chat that a permanent deletion changes.
 * @throws DriftpinError `build_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * await deleteBuild(database, { buildId })
 * ```
 */
export async function deleteBuild(
  queryable: Queryable,
  params: { readonly buildId: string } & DeletionOptions,
): Promise<Deletion> {
  return await remove(queryable, checkInput('deleteBuild', buildInput, params))
}

/**
 * Deletes an agent softly, after which nothing can be pushed or bound to it, or permanently, with
 * its live context. Chats keep their pins in both cases.
 *
 * @param params.permanently False by default.
 * @param params.notify Sends the event `bound` for each chat that a permanent deletion changes.
 * @throws DriftpinError `agent_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const { changed } = await deleteAgent(database, { agentId })
 * ```
 */
export async function deleteAgent(
  queryable: Queryable,
  params: { readonly agentId: string } & DeletionOptions,
): Promise<Deletion> {
  return await remove(queryable, checkInput('deleteAgent', agentInput, params))
}

/** Takes the locks in the order of {@link lockAgentForShare}: workspaces, agents, chats. */
async function remove(
  queryable: Queryable,
  { permanently, notify, ...which }: Place & z.output<z.ZodObject<typeof options>>,
): Promise<Deletion> {
  return await runOperation(queryable, notify, async (transaction, announce) => {
    // Twice, because another deletion may have ended while the first one waited for the lock.
    for (let times = 0; times < 2; times += 1) {
      const found = await lockWorkspaceOfDeletion(transaction, which)
      if (found.length === 0) throw notFound(which)
    }
    await lockAgentsOfDeletion(transaction, which)
    if (!permanently) {
      const marked = await markDeleted(transaction, which)
      return { changed: marked.length > 0, unbound: [] }
    }
    const unbound = await lockChatsOfDeletion(transaction, which)
    await deleteForGood(transaction, which)
    await announce(['bound', unbound])
    return { changed: true, unbound }
  })
}
