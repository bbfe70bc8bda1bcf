import fc from 'fast-check'
import {
  type ChatKey,
  type ChosenChat,
  chatChoice,
  chatWrite,
  chooseChat,
  raceOnChat,
  type WriteChoice,
} from '../choices.js'
import { findChat, type Model } from '../model/model.js'
import { defineOperation, type Move } from '../operation.js'

/** Removes the pins, the pinned hash, the mark and the error of a chat. */
function predict(model: Model, key: ChatKey) {
  const chat = findChat(model, key)
  const removed = chat.pins.size
  Object.assign(chat, { pins: new Map(), pinnedHash: null, dirtySince: null, error: '' })
  return { chat: chat.id, removed }
}

const moveOf = (chat: ChosenChat, choice: WriteChoice = {}): Move => ({
  says: `unpin ${chat.text}`,
  ...chatWrite(chat, 'unpinned', choice),
  repins: [chat.key.chatId],
  execute: ({ queryable, operations }) =>
    operations.unpin(queryable, { ...chat.key, notify: choice.notify }),
  predict: (model) => predict(model, chat.key),
})

export const unpin = defineOperation({
  name: 'unpin',
  choices: fc.record({ ...chatChoice, notify: fc.boolean() }),
  resolve: ({ model }, choice) => {
    const chat = chooseChat(model, choice)
    return chat && moveOf(chat, choice)
  },
  race: raceOnChat(moveOf),
})
