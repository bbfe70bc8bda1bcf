import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { createChat } from '../../../context/create-chat.js'
import type { Database } from '../../../database/database.js'
import { quoteIdentifier } from '../../../database/quote-identifier.js'

/** An agent that stands for a directory of this machine, and the chat that shows its drift. */
export interface DirectoryAgent {
  readonly agentId: string
  readonly chatId: string
  /** Of its snapshot, if it has one. */
  readonly version: bigint
}

/** The owner of what is watched: nobody that an application knows. */
const ownerId = '00000000-0000-4000-8000-0000000000dd'

/** Of one kind and one path, always the same one. */
function idOf(kind: string, path: string): string {
  const hash = createHash('sha256').update(`${kind}\0${path}`).digest('hex')
  const parts = [8, 12, 16, 20, 32].map((end, index) => hash.slice([0, 8, 12, 16, 20][index]!, end))
  // Version 8 is for ids that are made of something.
  return `${parts[0]}-${parts[1]}-8${parts[2]!.slice(1)}-8${parts[3]!.slice(1)}-${parts[4]}`
}

/**
 * Finds the agent of a directory, or makes one, with a workspace, a build and a chat. Whatever was
 * done to the chat meanwhile stays as it is; where it was deleted there is a new one.
 */
export async function ensureDirectoryAgent(
  database: Database,
  path: string,
): Promise<DirectoryAgent> {
  const [workspaceId, buildId, agentId, chatId] = ['workspace', 'build', 'agent', 'chat'].map(
    (kind) => idOf(kind, path),
  ) as [string, string, string, string]
  const name = basename(path) || path
  const schema = quoteIdentifier(database.schema)
  return await database.transaction(async (transaction) => {
    await transaction.query(
      `INSERT INTO ${schema}.workspaces (id, owner_id, name) VALUES ($1, $2, 'watched')
       ON CONFLICT DO NOTHING`,
      [workspaceId, ownerId],
    )
    await transaction.query(
      `INSERT INTO ${schema}.workspace_builds (id, workspace_id, build_number) VALUES ($1, $2, 1)
       ON CONFLICT DO NOTHING`,
      [buildId, workspaceId],
    )
    await transaction.query(
      `INSERT INTO ${schema}.workspace_agents (id, build_id, name, operating_system, directory)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [agentId, buildId, name, process.platform, path],
    )
    const { rows } = await transaction.query<{ chat: boolean; version: bigint | null }>(
      `SELECT EXISTS (SELECT FROM ${schema}.chats WHERE id = $1) AS chat,
              (SELECT version FROM ${schema}.workspace_agent_context_snapshots
               WHERE workspace_agent_id = $2) AS version`,
      [chatId, agentId],
    )
    const { chat, version } = rows[0]!
    if (!chat) await createChat(transaction, { id: chatId, ownerId, agentId, title: `On ${name}` })
    return { agentId, chatId, version: version ?? 0n }
  })
}
