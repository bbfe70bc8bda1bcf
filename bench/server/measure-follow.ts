import { createHash } from 'node:crypto'
import { type Database, push, type ResourceInput } from '../../src/index.ts'
import { makeAgent } from '../../test/context/make-agent.ts'
import { makeFiles } from '../make-files.ts'
import { median, timeMs } from '../measured.ts'
import type { BenchDatabase } from './open-bench-server.ts'
import { rounds } from './rounds.ts'

const servers = 10
const toolsPerServer = 5

/** An MCP server of about 1 KiB, whose tools say `mark`. */
function server(index: number, mark: string): ResourceInput {
  const tools = Array.from({ length: toolsPerServer }, (_, tool) => ({
    ...{ name: `tool-${tool}`, description: `Does ${tool}, ${mark}. ${'x'.repeat(80)}` },
    input_schema: { type: 'object', properties: { path: { type: 'string' } } },
  }))
  const body = { server_name: `server-${index}`, tools }
  const text = JSON.stringify(body)
  return {
    ...{ source: `mcp:server-${index}`, kind: 'mcp_server', body, status: 'ok' },
    ...{ contentHash: createHash('sha256').update(text).digest('hex'), sizeBytes: text.length },
  }
}

/**
 * One of ten MCP servers changes, and all chats of the agent follow. Against the way of the product
 * that this one learned from: all MCP rows of all chats are deleted and inserted again.
 */
export async function measureFollow({ database }: BenchDatabase) {
  const chats = rounds.followers
  const { agentId, ownerId } = await makeAgent(database)
  await database.query(
    `INSERT INTO chats (owner_id, agent_id) SELECT $1, $2 FROM generate_series(1, $3)`,
    [ownerId, agentId, chats],
  )
  const resources = [
    ...makeFiles(3, 3 * 512),
    ...Array.from({ length: servers }, (_, index) => server(index, 'first')),
  ]
  let version = 1
  await push(database, { agentId, version, resources })
  await database.script('VACUUM (ANALYZE)')
  const follows: number[] = []
  const upstreams: number[] = []
  for (let round = 0; round <= rounds.follows; round += 1) {
    resources[resources.length - 1 - (round % servers)] = server(
      servers - 1 - (round % servers),
      `round ${round}`,
    )
    version += 1
    const followMs = await timeMs(async () => {
      const { followed } = await push(database, { agentId, version, resources })
      if (followed.length !== chats) throw new Error(`Only ${followed.length} chats followed.`)
    })
    const upstreamMs = await timeMs(() => replaceAll(database, agentId))
    await database.script('VACUUM (ANALYZE)')
    await database.script('CHECKPOINT')
    if (round === 0) continue
    follows.push(followMs)
    upstreams.push(upstreamMs)
  }
  const [followMs, upstreamMs] = [median(follows), median(upstreams)]
  return {
    note: `follow: one of ${servers} MCP servers of 1 KiB changes, and ${chats} chats follow`,
    figures: { followOf10000ChatsMs: followMs, followUpstreamStyleMs: upstreamMs },
    ratio: followMs / upstreamMs,
  }
}

async function replaceAll(database: Database, agentId: string): Promise<void> {
  await database.transaction(async (transaction) => {
    const followers = 'SELECT id FROM chats WHERE agent_id = $1 AND NOT archived'
    await transaction.query(
      `DELETE FROM chat_context_resources
       WHERE chat_id IN (${followers}) AND body_kind IN ('mcp_config', 'mcp_server')`,
      [agentId],
    )
    await transaction.query(
      `INSERT INTO chat_context_resources
         (chat_id, source, body_kind, body, content_hash, size_bytes, status, error, source_path)
       SELECT chat.id, live.source, live.body_kind, live.body, live.content_hash, live.size_bytes,
              live.status, live.error, live.source_path
       FROM (${followers}) chat, workspace_agent_context_resources live
       WHERE live.workspace_agent_id = $1 AND live.body_kind IN ('mcp_config', 'mcp_server')`,
      [agentId],
    )
    await transaction.query(
      `UPDATE chats SET context_hashes = context_hashes || live.kind_hashes
       FROM workspace_agent_context_snapshots live
       WHERE live.workspace_agent_id = agent_id AND agent_id = $1 AND NOT archived`,
      [agentId],
    )
  })
}
