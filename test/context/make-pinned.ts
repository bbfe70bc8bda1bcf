import { createChat, type Database, push, type ResourceInput } from '../../src/index.js'
import { makeAgent } from './make-agent.js'

/** A chat that has pinned these resources and follows nothing, and its agent. */
export async function makePinned(database: Database, resources: readonly ResourceInput[]) {
  const { agentId, ownerId } = await makeAgent(database)
  await push(database, { agentId, version: 1, resources })
  const { chat } = await createChat(database, { ownerId, agentId, follows: [] })
  return { agentId, ownerId, chatId: chat.id }
}
