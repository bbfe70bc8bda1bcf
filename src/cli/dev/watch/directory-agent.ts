import { basename } from 'node:path'
import { createChat } from '../../../context/index.js'
import { type Database, quoteIdentifier } from '../../../database/index.js'
import { insertHostAgent } from '../insert-host-agent.js'
import { directoryIds } from './directory-ids.js'

/** An agent that stands for a directory of this machine, and the chat that shows its drift. */
export interface DirectoryAgent {
  readonly agentId: string
  /** Of its snapshot, if it has one. */
  readonly version: bigint
}

/** The owner of what is watched: nobody that an application knows. */
const ownerId = '00000000-0000-4000-8000-0000000000dd'

/**
 * Finds the agent of a directory, or makes one, with a workspace, a build and a chat. Whatever was
 * done to the chat meanwhile stays as it is; where it was deleted there is a new one.
 */
export async function ensureDirectoryAgent(
  database: Database,
  path: string,
): Promise<DirectoryAgent> {
  const { workspaceId, buildId, agentId, chatId } = directoryIds(path)
  const name = basename(path) || path
  const schema = quoteIdentifier(database.schema)
  return await database.transaction(async (transaction) => {
    await insertHostAgent(transaction, {
      ...{ workspaceId, buildId, agentId, ownerId },
      ...{ workspace: 'watched', name, operatingSystem: process.platform, directory: path },
    })
    const { rows } = await transaction.query<{ chat: boolean; version: bigint | null }>(
      `SELECT EXISTS (SELECT FROM ${schema}.chats WHERE id = $1) AS chat,
              (SELECT version FROM ${schema}.workspace_agent_context_snapshots
               WHERE workspace_agent_id = $2) AS version`,
      [chatId, agentId],
    )
    const { chat, version } = rows[0]!
    if (!chat) await createChat(transaction, { id: chatId, ownerId, agentId, title: `On ${name}` })
    return { agentId, version: version ?? 0n }
  })
}
