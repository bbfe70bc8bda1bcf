import { quoteIdentifier, type Transaction } from '../database/index.js'

/** An agent with its workspace and its build. */
export interface HostAgent {
  readonly workspaceId: string
  readonly buildId: string
  readonly agentId: string
  readonly ownerId: string
  readonly workspace: string
  readonly name: string
  readonly operatingSystem: string
  readonly directory: string
  /** The number of the build in its workspace (default: 1). */
  readonly buildNumber?: number
  /** When everything was created (default: now). */
  readonly at?: Date
}

/**
 * Inserts the rows that belong to the host application, for which driftpin has no operations. Rows
 * that exist are kept.
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
     VALUES ($1, $2, $3, coalesce($4, now())) ON CONFLICT DO NOTHING`,
    [host.buildId, host.workspaceId, host.buildNumber ?? 1, at],
  )
  await transaction.query(
    `INSERT INTO ${schema}.workspace_agents
       (id, build_id, name, operating_system, directory, created_at)
     VALUES ($1, $2, $3, $4, $5, coalesce($6, now())) ON CONFLICT DO NOTHING`,
    [host.agentId, host.buildId, host.name, host.operatingSystem, host.directory, at],
  )
}
