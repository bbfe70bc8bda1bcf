import fc from 'fast-check'
import { isBusy, mostly, type Preference, pickAgent, raceAgentIds, unknownId } from '../choices.js'
import { type Changes, removePins, settle } from '../model/live-context.js'
import { findChat, liveOf, Refusal, unarchived } from '../model/model.js'
import { defineChatOperation } from '../operation.js'

/** If it is for an agent, the chats of the agent. */
interface Args {
  readonly agentId?: string
  readonly chats?: readonly string[]
}

/** A chat that has no pins, although its agent has pushed. */
const isUnpinned: Preference = (model, chat) =>
  !chat.hydrated && !chat.archived && liveOf(model, chat) !== undefined

/** For one chat, or for all chats of an agent. */
export const hydrate = defineChatOperation<Args, { readonly one: boolean }>({
  name: 'hydrate',
  weight: 2,
  event: 'changes',
  prefers: [isUnpinned, isBusy],
  choices: { one: fc.boolean() },
  argsOf(model, _, { one, chat: index }) {
    if (one) return {}
    const isUnknown = index % 20 === 19
    const agentId = (isUnknown ? undefined : pickAgent(model, index)?.id) ?? unknownId
    const chats = unarchived(model, (chat) => chat.agentId === agentId).map(({ id }) => id)
    return { agentId, chats }
  },
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
  /** Settles one chat, or all chats of an agent, which may be softly deleted. */
  predict(model, key, now, { agentId }): Changes {
    if (!agentId) return settle(model, [findChat(model, key)], now)
    if (!model.agents.has(agentId)) throw new Refusal('agent_not_found')
    const chats = unarchived(model, (chat) => chat.agentId === agentId)
    return settle(model, chats, now)
  },
})

export const unpin = defineChatOperation({
  name: 'unpin',
  event: 'unpinned',
  takesNow: false,
  flags: (chatId) => ({ repins: [chatId] }),
  execute: ({ queryable, operations }, params) => operations.unpin(queryable, params),
  /** Removes the pins, the pinned hash, the mark and the error of a chat. */
  predict(model, key) {
    const chat = findChat(model, key)
    const removed = chat.pins.size
    removePins(chat)
    return { chat: chat.id, removed }
  },
})
