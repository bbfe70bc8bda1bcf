import type { Database } from 'driftpin'

// The application itself creates and deletes workspaces, builds and agents.

/** Creates a workspace with one build and one agent, whose context is in the directory. */
export async function createWorkspace(
  database: Database,
  { ownerId, name, directory }: { ownerId: string; name: string; directory: string },
): Promise<{ workspaceId: string; agentId: string }> {
  const schema = `"${database.schema}"`
  const { rows } = await database.query<{ workspace_id: string; agent_id: string }>(
    `WITH workspace AS (
       INSERT INTO ${schema}.workspaces (owner_id, name) VALUES ($1, $2) RETURNING id
     ), build AS (
       INSERT INTO ${schema}.workspace_builds (workspace_id, build_number)
       SELECT id, 1 FROM workspace RETURNING id, workspace_id
     ), agent AS (
       INSERT INTO ${schema}.workspace_agents (build_id, name, directory)
       SELECT id, 'main', $3 FROM build RETURNING id
     )
     SELECT build.workspace_id, agent.id AS agent_id FROM build, agent`,
    [ownerId, name, directory],
  )
  return { workspaceId: rows[0]!.workspace_id, agentId: rows[0]!.agent_id }
}

/** The directory of an owner's agent; undefined if the owner has no such agent. */
export async function directoryOf(
  database: Database,
  { ownerId, agentId }: { ownerId: string; agentId: string },
): Promise<string | undefined> {
  const schema = `"${database.schema}"`
  const { rows } = await database.query<{ directory: string }>(
    `SELECT agent.directory
     FROM ${schema}.workspace_agents agent
     JOIN ${schema}.workspace_builds build ON build.id = agent.build_id
     JOIN ${schema}.workspaces workspace ON workspace.id = build.workspace_id
     WHERE agent.id = $1 AND workspace.owner_id = $2`,
    [agentId, ownerId],
  )
  return rows[0]?.directory
}

/** Deletes a workspace permanently. Locks are taken in driftpin's order. Chats keep their pins. */
export async function deleteWorkspace(
  database: Database,
  { ownerId, workspaceId }: { ownerId: string; workspaceId: string },
): Promise<boolean> {
  const schema = `"${database.schema}"`
  return await database.transaction(async (transaction) => {
    const locked = await transaction.query(
      `SELECT FROM ${schema}.workspaces WHERE id = $1 AND owner_id = $2 FOR UPDATE`,
      [workspaceId, ownerId],
    )
    if (locked.rowCount === 0) return false
    await transaction.query(
      `SELECT FROM ${schema}.workspace_agents agent
       JOIN ${schema}.workspace_builds build ON build.id = agent.build_id
       WHERE build.workspace_id = $1 ORDER BY agent.id FOR UPDATE OF agent`,
      [workspaceId],
    )
    await transaction.query(
      `SELECT FROM ${schema}.chats WHERE workspace_id = $1 ORDER BY id FOR NO KEY UPDATE`,
      [workspaceId],
    )
    await transaction.query(`DELETE FROM ${schema}.workspaces WHERE id = $1`, [workspaceId])
    return true
  })
}
