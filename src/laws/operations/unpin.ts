import { defineChatOperation } from '../chat-operation.js'
import { findChat } from '../model/model.js'

export const unpin = defineChatOperation({
  name: 'unpin',
  event: 'unpinned',
  takesNow: false,
  simple: {},
  says: (chat) => `unpin ${chat}`,
  flags: (chatId) => ({ repins: [chatId] }),
  execute: ({ queryable, operations }, params) => operations.unpin(queryable, params),
  /** Removes the pins, the pinned hash, the mark and the error of a chat. */
  predict(model, key) {
    const chat = findChat(model, key)
    const removed = chat.pins.size
    Object.assign(chat, { pins: new Map(), pinnedHash: null, dirtySince: null, error: '' })
    return { chat: chat.id, removed }
  },
})
