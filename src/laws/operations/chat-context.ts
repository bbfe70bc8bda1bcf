import fc from 'fast-check'
import { enums } from '../../schema/index.js'
import { defineChatOperation } from '../chat-operation.js'
import type { ChatKey } from '../choices.js'
import { isDirty } from '../model/live-context.js'
import { type Chat, findChat, type Model } from '../model/model.js'
import { toDate } from '../model/time.js'

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

/** The context of one chat, or of all chats. */
export const readContext = defineChatOperation<
  { readonly chatIds?: readonly string[] },
  { readonly many: boolean }
>({
  name: 'read context',
  choices: { many: fc.boolean() },
  argsOf: (model, _, { many }) => (many ? { chatIds: [...model.chats.keys()].reverse() } : {}),
  simple: {},
  says: (chat, { chatIds }) => `read the context${chatIds ? 's of all chats' : ` of ${chat}`}`,
  flags: (_, { chatIds }) =>
    chatIds ? { variant: 'many', isStranger: false } : { variant: 'one' },
  execute: ({ queryable, operations }, { chatId, ...owner }, { chatIds }) =>
    chatIds
      ? operations.getChatContexts(queryable, { chatIds, ...owner })
      : operations.getChatContext(queryable, { chatId, ...owner }),
  predict: (model, { chatId, ownerId }, _, { chatIds }) =>
    chatIds
      ? chatIds
          .filter((id) => ownerId === undefined || model.chats.get(id)!.ownerId === ownerId)
          .map((id) => getChatContext(model, { chatId: id }))
      : getChatContext(model, { chatId, ...(ownerId && { ownerId }) }),
})
