import { isBusy } from '../choices.js'
import { driftedKinds, noChanges, settle } from '../model/live-context.js'
import { findChat, liveOf } from '../model/model.js'
import { defineChatOperation } from '../operation.js'

export const archive = defineChatOperation({
  name: 'archive',
  weight: 8,
  event: 'archived',
  prefers: [isBusy, (_, { archived }) => !archived],
  flags: (chatId) => ({ touches: [chatId] }),
  execute: ({ queryable, operations }, params) => operations.archive(queryable, params),
  /** Archives a chat and sets its time. An archived chat stays as it is. */
  predict(model, key, now) {
    const chat = findChat(model, key)
    if (chat.archived) return { chat: chat.id, changed: false }
    chat.archived = true
    chat.updatedAt = now
    return { chat: chat.id, changed: true }
  },
})

export const unarchive = defineChatOperation({
  name: 'unarchive',
  weight: 2,
  event: 'unarchived',
  prefers: [
    // An archived chat that would be hydrated, or whose mark would change, if it were not archived.
    (model, chat) => {
      const live = liveOf(model, chat)
      if (!chat.archived) return false
      if (!chat.hydrated) return live !== undefined
      return (
        (chat.dirtySince !== null) !== (live !== undefined && driftedKinds(chat, live).length > 0)
      )
    },
    (_, { archived }) => archived,
  ],
  flags: (chatId) => ({ touches: [chatId] }),
  execute: ({ queryable, operations }, params) => operations.unarchive(queryable, params),
  /** Takes a chat out of the archive, sets its time, and hydrates or settles it. */
  predict(model, key, now) {
    const chat = findChat(model, key)
    if (!chat.archived) return { chat: chat.id, changed: false, ...noChanges }
    chat.archived = false
    chat.updatedAt = now
    return { chat: chat.id, changed: true, ...settle(model, [chat], now) }
  },
})
