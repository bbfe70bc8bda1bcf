import type { Database, PushParams } from '../src/index.ts'

/**
 * The same push as `push`, as one would first write it: the same lock, gate and snapshot, and one
 * upsert a resource, each with a WHERE that keeps equal rows from being rewritten.
 */
export async function pushRowByRow(
  database: Database,
  { agentId, version, resources }: PushParams,
) {
  const schema = `"${database.schema}"`
  await database.transaction(async (transaction) => {
    await transaction.query(`SELECT id FROM ${schema}.workspace_agents WHERE id = $1 FOR UPDATE`, [
      agentId,
    ])
    await transaction.query(
      `INSERT INTO ${schema}.workspace_agent_context_snapshots
         (workspace_agent_id, version, kind_hashes) VALUES ($1, $2, $3)
       ON CONFLICT (workspace_agent_id) DO UPDATE
       SET version = excluded.version, kind_hashes = excluded.kind_hashes`,
      [agentId, version, '{}'],
    )
    for (const { source, kind, body, contentHash, sizeBytes, status } of resources) {
      await transaction.query(
        `INSERT INTO ${schema}.workspace_agent_context_resources AS live
           (workspace_agent_id, source, body_kind, body, content_hash, size_bytes, status)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (workspace_agent_id, source) DO UPDATE
         SET body_kind = excluded.body_kind, body = excluded.body,
             content_hash = excluded.content_hash, size_bytes = excluded.size_bytes,
             status = excluded.status, updated_at = now()
         WHERE (live.body_kind, live.body, live.content_hash, live.size_bytes, live.status)
           IS DISTINCT FROM (excluded.body_kind, excluded.body, excluded.content_hash,
                             excluded.size_bytes, excluded.status)`,
        [agentId, source, kind, JSON.stringify(body), contentHash, sizeBytes, status],
      )
    }
    await transaction.query(
      `DELETE FROM ${schema}.workspace_agent_context_resources
       WHERE workspace_agent_id = $1 AND source <> ALL ($2)`,
      [agentId, resources.map(({ source }) => source)],
    )
  })
}
