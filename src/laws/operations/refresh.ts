import { defineChatOperation } from '../chat-operation.js'
import { isBusy, isDrifted, type Preference } from '../choices.js'
import { pin, refuseUnready } from '../model/live-context.js'
import { findChat, liveOf, type Resources } from '../model/model.js'

/** The hashes are equal, but a row differs in its body, its size or a text. */
const differsUnseen: Preference = (model, chat) =>
  isDrifted(model, chat) && liveOf(model, chat)!.hash === chat.pinnedHash

export const refresh = defineChatOperation({
  name: 'refresh',
  weight: 6,
  event: 'refreshed',
  prefers: [differsUnseen, isDrifted, isBusy],
  simple: {},
  says: (chat) => `refresh ${chat}`,
  flags: (chatId) => ({ repins: [chatId] }),
  execute: ({ queryable, operations }, params) => operations.refresh(queryable, params),
  /**
   * Replaces the pins of one chat, archived or not, with the live context, and clears its mark. It
   * is refused without a ready live context, and the pins stay.
   */
  predict(model, key, now) {
    const chat = findChat(model, key)
    const before = chat.pins
    refuseUnready(liveOf(model, chat))
    pin(model, chat, now)
    return { chat: chat.id, aggregateHash: chat.pinnedHash, ...count(before, chat.pins) }
  },
})

function count(before: Resources, after: Resources) {
  const added = [...after.keys()].filter((source) => !before.has(source)).length
  const kept = [...after].filter(([source, row]) => before.get(source) === row).length
  const removed = [...before.keys()].filter((source) => !after.has(source)).length
  return { added, replaced: after.size - added - kept, removed }
}
