import fc from 'fast-check'
import { isBusy, pick, place, type WriteChoice, writeChoice } from '../choices.js'
import { driftedKinds, noChanges, settle } from '../model/live-context.js'
import { type Chat, findChat, liveOf, type Model } from '../model/model.js'
import { later, type Time } from '../model/time.js'
import { defineChatOperation, defineOperation, type Move } from '../operation.js'

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

/** The chats that nobody uses and that were last updated before a time, oldest first. */
function idle(model: Model, before: Time): Chat[] {
  const order = ({ updatedAt, id }: Chat) => `${updatedAt} ${id}`
  return [...model.chats.values()]
    .filter(({ archived, status, updatedAt }) => {
      return !archived && (status === 'waiting' || status === 'error') && updatedAt < before
    })
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

function archiveAll(chats: readonly Chat[], now: Time) {
  for (const chat of chats) Object.assign(chat, { archived: true, updatedAt: now })
  return { archived: chats.map(({ id }) => id) }
}

interface Cutoff extends WriteChoice {
  readonly before: Time
  readonly limit?: number | undefined
}

const archiveIdleMove = ({ before, limit, own = false, notify = false }: Cutoff): Move => ({
  says: `archive what is idle since ${before}, ${limit ?? 'no'} limit`,
  usesOwnClock: own,
  ...(notify && { notifies: 'archived' as const }),
  execute: ({ queryable, operations, now }) =>
    operations.archiveIdle(queryable, { before, limit, ...now, notify: notify || undefined }),
  predict: (model, now) => archiveAll(idle(model, before).slice(0, limit), now),
})

/** The cutoff is the time of a chat, mostly of the newest, or one microsecond later. */
export const archiveIdle = defineOperation({
  name: 'archive idle',
  weight: 5,
  choices: fc.record({
    chat: place,
    micros: fc.constantFrom(1, 1, 0),
    limit: fc.constantFrom(1, 1, undefined, 2),
    ...writeChoice,
  }),
  resolve: ({ model }, { chat, micros, ...choice }) => {
    const times = [...model.chats.values()].map(({ updatedAt }) => updatedAt).sort()
    const time = chat % 3 === 0 ? pick(times, chat) : times.at(-1)
    if (!time) return undefined
    const cutoff = { ...choice, before: later(time, micros) }
    const chats = idle(model, cutoff.before)
      .slice(0, cutoff.limit)
      .map(({ id }) => id)
    const variant = chats.length === 0 ? 'nothing' : 'some'
    return { ...archiveIdleMove(cutoff), chats, touches: chats, variant }
  },
})
