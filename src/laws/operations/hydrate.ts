import fc from 'fast-check'
import { defineChatOperation } from '../chat-operation.js'
import { mostly, pickAgent, raceAgentIds } from '../choices.js'
import { type Changes, settle } from '../model/live-context.js'
import { findChat, Refusal, unarchived } from '../model/model.js'

/** If it is for an agent, the chats of the agent. */
interface Args {
  readonly agentId?: string
  readonly chats?: readonly string[]
}

/** For one chat, or for all chats of an agent. */
export const hydrate = defineChatOperation<Args, { readonly one: boolean }>({
  name: 'hydrate',
  weight: 2,
  event: 'changes',
  choices: { one: fc.boolean() },
  argsOf(model, _, { one, chat: index }) {
    const agentId = one ? undefined : pickAgent(model, index)?.id
    if (!agentId) return one ? {} : undefined
    const chats = unarchived(model, (chat) => chat.agentId === agentId).map(({ id }) => id)
    return { agentId, chats }
  },
  simple: {},
  raceArgs: ({ agentId }) =>
    fc.oneof(
      fc.constant({}),
      mostly(agentId, raceAgentIds).map((id) => ({ agentId: id })),
    ),
  says: (chat, { agentId }) => `hydrate ${agentId ? `the chats of ${agentId}` : chat}`,
  flags: (_, { agentId, chats = [] }) =>
    agentId ? { variant: 'agent', chats, isStranger: false } : { variant: 'chat' },
  execute({ queryable, operations }, { chatId, ownerId, ...params }, { agentId }) {
    const which = agentId ? { agentId } : { chatId, ...(ownerId && { ownerId }) }
    return operations.hydrate(queryable, { ...which, ...params })
  },
  /** Hydrates and settles one chat, or all chats of an agent, which may be softly deleted. */
  predict(model, key, now, { agentId }): Changes {
    if (!agentId) return settle(model, [findChat(model, key)], now)
    if (!model.agents.has(agentId)) throw new Refusal('agent_not_found')
    const chats = unarchived(model, (chat) => chat.agentId === agentId)
    return settle(model, chats, now)
  },
})
