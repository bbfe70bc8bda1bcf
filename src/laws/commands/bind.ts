import fc from 'fast-check'
import { agentToBind, bindingTarget, sayBinding } from '../binding.js'
import { askFor, chatKey } from '../choices.js'
import { bind as specified } from '../model/bind.js'
import { defineCommand } from '../move.js'

export const bind = defineCommand({
  name: 'bind',
  weight: 4,
  choices: fc.record({ ...chatKey, ...bindingTarget }),
  aim: ({ model, nameOf }, { to, agent, refresh, own, notify, ...choice }) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    const agentId = agentToBind(model, { to, agent }, [model.chats.get(chatId)!.agentId])
    if (agentId === undefined) return undefined
    return {
      says: `bind ${nameOf(chatId)}${said} to ${sayBinding(agentId, refresh, nameOf)}`,
      variant: refresh ? `${to}, refresh` : to,
      chats: [chatId],
      repins: refresh ? [chatId] : [],
      isStranger,
      usesOwnClock: own,
      ...(notify && { notifies: 'bound' }),
      act: ({ queryable, operations, now }) =>
        operations.bind(queryable, {
          ...key,
          agentId,
          ...now,
          notify,
          ...(refresh && { refresh }),
        }),
      predict: (model, at) => specified(model, { ...key, agentId, refresh }, at),
    }
  },
})
