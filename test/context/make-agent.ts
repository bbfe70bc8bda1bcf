import { randomUUID } from 'node:crypto'
import type { Queryable } from '../../src/index.js'

/** A workspace with one build and one agent in it, and the user who owns it. */
export interface MadeAgent {
  readonly ownerId: string
  readonly workspaceId: string
  readonly buildId: string
  readonly agentId: string
}

/** Inserts an agent by plain SQL, in a workspace of its own unless it is told which. */
export async function makeAgent(
  queryable: Queryable,
  {
    newId = randomUUID,
    workspaceId,
    ownerId = newId(),
  }: { newId?: () => string; workspaceId?: string; ownerId?: string } = {},
): Promise<MadeAgent> {
  const made = {
    ownerId,
    workspaceId: workspaceId ?? newId(),
    buildId: newId(),
    agentId: newId(),
  }
  const schema = `"${queryable.schema}"`
  if (!workspaceId) {
    await queryable.query(
      `INSERT INTO ${schema}.workspaces (id, owner_id, name) VALUES ($1, $2, 'shop')`,
      [made.workspaceId, ownerId],
    )
  }
  await queryable.query(
    `INSERT INTO ${schema}.workspace_builds (id, workspace_id, build_number)
     SELECT $1, $2, count(*) + 1 FROM ${schema}.workspace_builds WHERE workspace_id = $2`,
    [made.buildId, made.workspaceId],
  )
  await queryable.query(
    `INSERT INTO ${schema}.workspace_agents (id, build_id, name) VALUES ($1, $2, 'main')`,
    [made.agentId, made.buildId],
  )
  return made
}
