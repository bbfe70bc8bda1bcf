import fc from 'fast-check'
import { askFor, chatKey, pickAgent } from '../choices.js'
import { hydrate as specified } from '../model/hydrate.js'
import { unarchived } from '../model/model.js'
import { defineCommand } from '../move.js'

/** For one chat, or for all chats of an agent. */
export const hydrate = defineCommand({
  name: 'hydrate',
  weight: 2,
  choices: fc.record({ ...chatKey, one: fc.boolean(), own: fc.boolean(), notify: fc.boolean() }),
  aim: ({ model, nameOf }, { one, own, notify, ...choice }) => {
    const found = one ? askFor(model, choice) : undefined
    const agentId = one ? undefined : pickAgent(model, choice.chat)?.id
    const which = agentId ? { agentId } : found?.key
    if (!which) return undefined
    const chats = agentId
      ? unarchived(model, (chat) => chat.agentId === agentId).map(({ id }) => id)
      : [found!.chatId]
    return {
      says: agentId
        ? `hydrate the chats of ${nameOf(agentId)}`
        : `hydrate ${nameOf(found!.chatId)}${found!.said}`,
      variant: agentId ? 'agent' : 'chat',
      chats,
      isStranger: found?.isStranger ?? false,
      usesOwnClock: own,
      ...(notify && { notifies: 'changes' }),
      act: ({ queryable, operations, now }) =>
        operations.hydrate(queryable, { ...which, ...now, notify }),
      predict: (model, at) => specified(model, which, at),
    }
  },
})
