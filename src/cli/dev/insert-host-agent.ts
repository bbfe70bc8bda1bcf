import { quoteIdentifier, type Transaction } from '../../database/index.js'

/** An agent, in a workspace and a build of its own. */
export interface HostAgent {
  readonly workspaceId: string
  readonly buildId: string
  readonly agentId: string
  readonly ownerId: string
  readonly workspace: string
  readonly name: string
  readonly operatingSystem: string
  readonly directory: string
  /** When all of it was made; now, by default. */
  readonly at?: Date
}

/**
 * Makes the rows of the host's own, which driftpin has no operations for, but not a second time.
 */
export async function insertHostAgent(transaction: Transaction, host: HostAgent): Promise<void> {
  const schema = quoteIdentifier(transaction.schema)
  const at = host.at ?? null
  await transaction.query(
    `INSERT INTO ${schema}.workspaces (id, owner_id, name, created_at)
     VALUES ($1, $2, $3, coalesce($4, now())) ON CONFLICT DO NOTHING`,
    [host.workspaceId, host.ownerId, host.workspace, at],
  )
  await transaction.query(
    `INSERT INTO ${schema}.workspace_builds (id, workspace_id, build_number, created_at)
     VALUES ($1, $2, 1, coalesce($3, now())) ON CONFLICT DO NOTHING`,
    [host.buildId, host.workspaceId, at],
  )
  await transaction.query(
    `INSERT INTO ${schema}.workspace_agents
       (id, build_id, name, operating_system, directory, created_at)
     VALUES ($1, $2, $3, $4, $5, coalesce($6, now())) ON CONFLICT DO NOTHING`,
    [host.agentId, host.buildId, host.name, host.operatingSystem, host.directory, at],
  )
}
