import fc from 'fast-check'
import { enums } from '../../schema/index.js'
import { type ChatKey, type ChosenChat, chatChoice, chooseChat, raceOnChat } from '../choices.js'
import { isDirty } from '../model/live-context.js'
import { type Chat, findChat, type Model } from '../model/model.js'
import { toDate } from '../model/time.js'
import { defineOperation, type Move } from '../operation.js'

/** Whether a chat is hydrated and dirty, and how many pins it has of each kind and status. */
export function getChatContext(model: Model, key: ChatKey) {
  const chat = findChat(model, key)
  const dirty = isDirty(model, chat)
  return {
    chat: chat.id,
    hydrated: chat.pinnedHash !== null,
    aggregateHash: chat.pinnedHash,
    dirty,
    dirtySince: dirty ? toDate(chat.dirtySince!) : null,
    error: chat.error,
    counts: countsOf(chat),
  }
}

/** In the order of the enums. */
function countsOf({ pins }: Chat) {
  return enums.workspace_agent_context_body_kind.flatMap((kind) =>
    enums.workspace_agent_context_resource_status.flatMap((status) => {
      const those = [...pins.values()].filter((pin) => pin.kind === kind && pin.status === status)
      return those.length === 0 ? [] : [{ kind, status, count: those.length }]
    }),
  )
}

const moveOf = ({ key, isStranger, text }: ChosenChat): Move => ({
  says: `read the context of ${text}`,
  variant: 'one',
  isStranger,
  execute: ({ queryable, operations }) => operations.getChatContext(queryable, key),
  predict: (model) => getChatContext(model, key),
})

export const readContext = defineOperation({
  name: 'read context',
  isReading: true,
  choices: fc.record({ ...chatChoice, many: fc.boolean() }),
  resolve: ({ model }, { many, ...choice }) => {
    const chat = chooseChat(model, choice)
    if (!chat || !many) return chat && moveOf(chat)
    const { ownerId } = chat.key
    const chatIds = [...model.chats.keys()].reverse()
    return {
      says: `read the contexts of all chats${chat.isStranger ? ' as a stranger' : ''}`,
      variant: 'many',
      execute: ({ queryable, operations }) =>
        operations.getChatContexts(queryable, { chatIds, ...(ownerId && { ownerId }) }),
      predict: (model) =>
        chatIds
          .filter((id) => ownerId === undefined || model.chats.get(id)!.ownerId === ownerId)
          .map((id) => getChatContext(model, { chatId: id })),
    }
  },
  race: raceOnChat(moveOf),
})
