import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { limits } from '../schema/index.js'
import { checkInput, id, text, time, type WriteOptions } from './check-input.js'
import { notFound } from './locks.js'
import { runOperation } from './run-operation.js'
import { defineStatement } from './statement.js'

// For hosts that have no tables of workspaces, builds and agents of their own.

const name = text(limits.nameBytesMax)
const created = { id: id.optional(), now: time.optional() }
const workspaceInput = z.strictObject({ ...created, ownerId: id, name })
const buildInput = z.strictObject({
  ...created,
  workspaceId: id,
  buildNumber: z.int().min(1).max(2_147_483_647).optional(),
})
const agentInput = z.strictObject({
  ...created,
  ...{ buildId: id, name, operatingSystem: name.optional() },
  directory: text(limits.sourceBytesMax).optional(),
})

export const insertWorkspace = defineStatement({
  name: 'insert workspace',
  parameters: { id: 'uuid?', ownerId: 'uuid', name: 'text', now: 'timestamptz?' },
  row: { id: 'uuid', ownerId: 'uuid', name: 'text' },
  sql: ({ workspaces }, { id, ownerId, name, now }) => `
    INSERT INTO ${workspaces} (id, owner_id, name, created_at)
    VALUES (coalesce(${id}, gen_random_uuid()), ${ownerId}, ${name}, coalesce(${now}, now()))
    RETURNING id, owner_id AS "ownerId", name`,
})

// Against another build that takes the same number, but not against the binding of chats.
export const lockWorkspaceForBuild = defineStatement({
  name: 'lock workspace for build',
  parameters: { workspaceId: 'uuid' },
  row: { id: 'uuid' },
  sql: ({ workspaces }, { workspaceId }) => `
    SELECT id FROM ${workspaces} WHERE id = ${workspaceId} FOR NO KEY UPDATE`,
})

export const insertBuild = defineStatement({
  name: 'insert build',
  parameters: { id: 'uuid?', workspaceId: 'uuid', buildNumber: 'integer?', now: 'timestamptz?' },
  row: { id: 'uuid', workspaceId: 'uuid', buildNumber: 'integer' },
  sql: ({ workspace_builds }, { id, workspaceId, buildNumber, now }) => `
    INSERT INTO ${workspace_builds} (id, workspace_id, build_number, created_at)
    SELECT coalesce(${id}, gen_random_uuid()), ${workspaceId},
           coalesce(${buildNumber}, max(build_number) + 1, 1), coalesce(${now}, now())
    FROM ${workspace_builds} WHERE workspace_id = ${workspaceId}
    RETURNING id, workspace_id AS "workspaceId", build_number AS "buildNumber"`,
})

export const insertAgent = defineStatement({
  name: 'insert agent',
  parameters: {
    id: 'uuid?',
    buildId: 'uuid',
    name: 'text',
    operatingSystem: 'text?',
    directory: 'text?',
    now: 'timestamptz?',
  },
  row: { id: 'uuid', buildId: 'uuid', workspaceId: 'uuid' },
  sql: (names, { id, buildId, name, operatingSystem, directory, now }) => `
    WITH build AS (
      SELECT id, workspace_id FROM ${names.workspace_builds} WHERE id = ${buildId}
      FOR KEY SHARE
    ), made AS (
      INSERT INTO ${names.workspace_agents}
        (id, build_id, name, operating_system, directory, created_at)
      SELECT coalesce(${id}, gen_random_uuid()), build.id, ${name}, coalesce(${operatingSystem}, ''),
             coalesce(${directory}, ''), coalesce(${now}, now())
      FROM build
      RETURNING id, build_id
    )
    SELECT made.id, made.build_id AS "buildId", build.workspace_id AS "workspaceId"
    FROM made JOIN build ON build.id = made.build_id`,
})

/**
 * Creates a workspace. This, {@link createBuild} and {@link createAgent} are for hosts without such
 * tables of their own.
 *
 * @param params.name At most 1024 bytes.
 * @throws DriftpinError `invalid_input`, `isolation_refused`. For an id that exists, PostgreSQL's
 * own 23505.
 *
 * @example
 * ```ts
 * const { workspace } = await createWorkspace(database, { ownerId: user.id, name: 'harbour' })
 * const { build } = await createBuild(database, { workspaceId: workspace.id })
 * const { agent } = await createAgent(database, { buildId: build.id, name: 'main' })
 * ```
 */
export async function createWorkspace(
  queryable: Queryable,
  params: {
    readonly id?: string | undefined
    readonly ownerId: string
    readonly name: string
  } & Pick<WriteOptions, 'now'>,
): Promise<{
  readonly workspace: { readonly id: string; readonly ownerId: string; readonly name: string }
}> {
  const good = checkInput('createWorkspace', workspaceInput, params)
  return await runOperation(queryable, false, async (transaction) => {
    const [workspace] = await insertWorkspace(transaction, good)
    return { workspace: workspace! }
  })
}

/**
 * Creates a build of a workspace, also of one that is softly deleted.
 *
 * @param params.buildNumber By default one more than the highest of the workspace, and 1 at first.
 * @throws DriftpinError `workspace_not_found`, `invalid_input`, `isolation_refused`. For an id or a
 * number that exists, PostgreSQL's own 23505.
 *
 * @example
 * ```ts
 * const { build } = await createBuild(database, { workspaceId })
 * console.log(build.id, build.buildNumber)
 * ```
 */
export async function createBuild(
  queryable: Queryable,
  params: {
    readonly id?: string | undefined
    readonly workspaceId: string
    readonly buildNumber?: number | undefined
  } & Pick<WriteOptions, 'now'>,
): Promise<{
  readonly build: {
    readonly id: string
    readonly workspaceId: string
    readonly buildNumber: number
  }
}> {
  const good = checkInput('createBuild', buildInput, params)
  return await runOperation(queryable, false, async (transaction) => {
    const found = await lockWorkspaceForBuild(transaction, good)
    if (found.length === 0) throw notFound({ workspaceId: good.workspaceId })
    const [build] = await insertBuild(transaction, good)
    return { build: build! }
  })
}

/**
 * Creates an agent of a build.
 *
 * @param params.name At most 1024 bytes.
 * @param params.operatingSystem As the agent reports it; empty by default.
 * @param params.directory The root directory in which it works, at most 1024 bytes; empty by
 * default.
 * @throws DriftpinError `build_not_found`, `invalid_input`, `isolation_refused`. For an id that
 * exists, PostgreSQL's own 23505.
 *
 * @example
 * ```ts
 * const { agent } = await createAgent(database, { buildId, name: 'main', directory: '/home/ada' })
 * await push(database, { agentId: agent.id, version: 0, initial: true, resources: [] })
 * ```
 */
export async function createAgent(
  queryable: Queryable,
  params: {
    readonly id?: string | undefined
    readonly buildId: string
    readonly name: string
    readonly operatingSystem?: string | undefined
    readonly directory?: string | undefined
  } & Pick<WriteOptions, 'now'>,
): Promise<{
  readonly agent: { readonly id: string; readonly buildId: string; readonly workspaceId: string }
}> {
  const good = checkInput('createAgent', agentInput, params)
  return await runOperation(queryable, false, async (transaction) => {
    const [agent] = await insertAgent(transaction, good)
    if (!agent) throw notFound({ buildId: good.buildId })
    return { agent }
  })
}
