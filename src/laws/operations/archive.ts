import fc from 'fast-check'
import {
  type ChatKey,
  type ChosenChat,
  chatChoice,
  chatWrite,
  chooseChat,
  isBusy,
  type Preference,
  raceOnChat,
  type WriteChoice,
  writeChoice,
} from '../choices.js'
import { noChanges, settle } from '../model/live-context.js'
import { findChat, liveOf, type Model } from '../model/model.js'
import type { Time } from '../model/time.js'
import { defineOperation, type Move } from '../operation.js'

/** Archives a chat and sets its time. An archived chat stays as it is. */
function predictArchive(model: Model, key: ChatKey, now: Time) {
  const chat = findChat(model, key)
  if (chat.archived) return { chat: chat.id, changed: false }
  chat.archived = true
  chat.updatedAt = now
  return { chat: chat.id, changed: true }
}

/** Takes a chat out of the archive, sets its time, and hydrates or settles it. */
function predictUnarchive(model: Model, key: ChatKey, now: Time) {
  const chat = findChat(model, key)
  if (!chat.archived) return { chat: chat.id, changed: false, ...noChanges }
  chat.archived = false
  chat.updatedAt = now
  return { chat: chat.id, changed: true, ...settle(model, [chat], now) }
}

export const archiveMove = (chat: ChosenChat, choice: WriteChoice = {}): Move => ({
  says: `archive ${chat.text}`,
  ...chatWrite(chat, 'archived', choice),
  touches: [chat.key.chatId],
  execute: ({ queryable, operations, now }) =>
    operations.archive(queryable, { ...chat.key, ...now, notify: choice.notify }),
  predict: (model, at) => predictArchive(model, chat.key, at),
})

export const archive = defineOperation({
  name: 'archive',
  weight: 8,
  choices: fc.record({ ...chatChoice, ...writeChoice }),
  resolve: ({ model }, choice) => {
    const chat = chooseChat(model, choice, [isBusy, (_, { archived }) => !archived])
    return chat && archiveMove(chat, choice)
  },
  race: raceOnChat(archiveMove),
})

const unarchiveMove = (chat: ChosenChat, choice: WriteChoice = {}): Move => ({
  says: `unarchive ${chat.text}`,
  ...chatWrite(chat, 'unarchived', choice),
  touches: [chat.key.chatId],
  execute: ({ queryable, operations, now }) =>
    operations.unarchive(queryable, { ...chat.key, ...now, notify: choice.notify }),
  predict: (model, at) => predictUnarchive(model, chat.key, at),
})

/** An archived chat that would be hydrated, or whose mark would change, if it were not archived. */
const isUnsettled: Preference = (model, chat) => {
  const live = liveOf(model, chat)
  if (!chat.archived) return false
  if (chat.pinnedHash === null) return live !== undefined
  return (chat.dirtySince !== null) !== (live !== undefined && live.hash !== chat.pinnedHash)
}

export const unarchive = defineOperation({
  name: 'unarchive',
  weight: 2,
  choices: fc.record({ ...chatChoice, ...writeChoice }),
  resolve: ({ model }, choice) => {
    const chat = chooseChat(model, choice, [isUnsettled, (_, { archived }) => archived])
    return chat && unarchiveMove(chat, choice)
  },
  race: raceOnChat(unarchiveMove),
})
