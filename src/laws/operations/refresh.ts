import fc from 'fast-check'
import {
  type ChatKey,
  type ChosenChat,
  chatChoice,
  chatWrite,
  chooseChat,
  isBusy,
  isDrifted,
  type Preference,
  raceOnChat,
  type WriteChoice,
  writeChoice,
} from '../choices.js'
import { pin, refuseUnready } from '../model/live-context.js'
import { findChat, liveOf, type Model, type Resources } from '../model/model.js'
import type { Time } from '../model/time.js'
import { defineOperation, type Move } from '../operation.js'

/**
 * Replaces the pins of one chat, archived or not, with the live context, and clears its mark. It is
 * refused without a ready live context, and the pins stay.
 */
function predict(model: Model, key: ChatKey, now: Time) {
  const chat = findChat(model, key)
  const before = chat.pins
  refuseUnready(liveOf(model, chat))
  pin(model, chat, now)
  return { chat: chat.id, aggregateHash: chat.pinnedHash, ...count(before, chat.pins) }
}

function count(before: Resources, after: Resources) {
  const added = [...after.keys()].filter((source) => !before.has(source)).length
  const kept = [...after].filter(([source, row]) => before.get(source) === row).length
  const removed = [...before.keys()].filter((source) => !after.has(source)).length
  return { added, replaced: after.size - added - kept, removed }
}

const moveOf = (chat: ChosenChat, choice: WriteChoice = {}): Move => ({
  says: `refresh ${chat.text}`,
  ...chatWrite(chat, 'refreshed', choice),
  repins: [chat.key.chatId],
  execute: ({ queryable, operations, now }) =>
    operations.refresh(queryable, { ...chat.key, ...now, notify: choice.notify }),
  predict: (model, at) => predict(model, chat.key, at),
})

/** The hashes are equal, but a row differs in its body, its size or a text. */
const differsUnseen: Preference = (model, chat) =>
  isDrifted(model, chat) && liveOf(model, chat)!.hash === chat.pinnedHash

export const refresh = defineOperation({
  name: 'refresh',
  weight: 6,
  choices: fc.record({ ...chatChoice, ...writeChoice }),
  resolve: ({ model }, choice) => {
    const chat = chooseChat(model, choice, [differsUnseen, isDrifted, isBusy])
    return chat && moveOf(chat, choice)
  },
  race: raceOnChat(moveOf),
})
