import fc from 'fast-check'
import { limits } from '../../schema/index.js'
import { pick, place, weighted } from '../choices.js'
import { type Chat, findChat, type Model } from '../model/model.js'
import { later, type Time } from '../model/time.js'
import { defineChatOperation, defineOperation, type Move } from '../operation.js'
import { isChatRef } from '../outcome.js'
import type { Operations } from '../own-operations.js'

/** The archived chats that were last updated strictly before a time, oldest first, ties by id. */
function expired(model: Model, before: Time): Chat[] {
  const order = ({ updatedAt, id }: Chat) => `${updatedAt} ${id}`
  return [...model.chats.values()]
    .filter((chat) => chat.archived && chat.updatedAt < before)
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

function deleteAll(model: Model, chats: readonly Chat[]) {
  for (const { id } of chats) model.chats.delete(id)
  return { purged: chats.map(({ id }) => id) }
}

/** Deletes the oldest of the expired chats, at most `limit`. */
const predictPurge = (model: Model, { before, limit }: Cutoff) =>
  deleteAll(model, expired(model, before).slice(0, limit))

/** Purges in batches until no chat is expired. Without retention it deletes nothing. */
function predictPurgeExpired(model: Model, before: Time | undefined, limit: number) {
  if (before === undefined) return { purged: 0, batches: 0, busy: false }
  const purged = predictPurge(model, { before, limit: Number.MAX_SAFE_INTEGER }).purged.length
  return { purged, batches: Math.ceil(purged / limit), busy: false }
}

interface Cutoff {
  readonly before: Time
  readonly limit: number
}

export const deleteChat = defineChatOperation({
  name: 'delete chat',
  event: 'deleted',
  takesNow: false,
  says: (chat) => `delete ${chat}`,
  flags: (chatId) => ({ repins: [chatId], deletesChats: true }),
  execute: ({ queryable, operations }, params) => operations.deleteChat(queryable, params),
  /** Deletes a chat, archived or not. */
  predict(model, key) {
    const chat = findChat(model, key)
    model.chats.delete(chat.id)
    return { chat: chat.id }
  },
})

const defaultLimit = 1000

/** How many chats a purge may delete: mostly fewer than there are. */
const purgeLimit = weighted([3, fc.integer({ min: 1, max: 2 })], [1, fc.constant(defaultLimit)])

/** The default is left out of a call, so that another default would be noticed. */
const given = (limit: number) => (limit === defaultLimit ? undefined : limit)

const archivedTimes = ({ chats }: Model) =>
  [...chats.values()].filter((one) => one.archived).map((one) => one.updatedAt)

/** The properties of a move that deletes these chats. */
const deletes = (doomed: readonly Chat[], notify: boolean) => {
  const ids = doomed.map(({ id }) => id)
  return {
    ...{ chats: ids, repins: ids, deletesChats: true },
    ...(notify && { notifies: 'deleted' as const }),
  }
}

const purgeMove = ({ before, limit }: Cutoff, notify = false): Move => ({
  says: `purge what is older than ${before}, ${limit} at most`,
  deletesChats: true,
  purge: { before, limit },
  execute: ({ queryable, operations }) =>
    operations.purge(queryable, { before, limit: given(limit), notify: notify || undefined }),
  predict: (model) => predictPurge(model, { before, limit }),
})

/** No chat of a race is older than the first; every archived chat is older than the second. */
const raceCutoffs = ['2026-01-01T00:00:30.000000Z', '2027-01-01T00:00:00.000000Z']

/** In a race, a purge skips chats that another session has locked: the answer says which. */
function racePurge(before: Time): Move {
  return {
    ...purgeMove({ before, limit: defaultLimit }),
    predict(model, _, answer) {
      const { purged = [] } = (answer ?? {}) as { purged?: readonly object[] }
      const ids = new Set(purged.filter(isChatRef).map(({ id }) => id))
      return deleteAll(
        model,
        expired(model, before).filter(({ id }) => ids.has(id)),
      )
    },
  }
}

/** The cutoff is now, or the time of a chat, or one microsecond later. */
export const purge = defineOperation({
  name: 'purge',
  weight: 3,
  choices: fc.record({
    cutoff: fc.constantFrom('now', 'at', 'after', 'after'),
    chat: place,
    limit: purgeLimit,
    notify: fc.boolean(),
  }),
  resolve: ({ model, now }, { cutoff, chat, limit, notify }) => {
    const times = archivedTimes(model)
    if (times.length === 0 && cutoff !== 'now') return undefined
    const time = pick(times, chat) ?? now
    const before = cutoff === 'now' ? now : cutoff === 'at' ? time : later(time, 1)
    const doomed = expired(model, before).slice(0, limit)
    return {
      ...purgeMove({ before, limit }, notify),
      ...deletes(doomed, notify),
      variant: doomed.length === 0 ? 'nothing' : doomed.length === limit ? 'limit' : 'all',
    }
  },
  race: () => fc.constantFrom(...raceCutoffs).map(racePurge),
})

/** The retention job, at a time at which some chats are past retention. */
export const purgeExpired = defineOperation({
  name: 'purge expired',
  weight: 3,
  fitsTransaction: false,
  choices: fc.record({
    retentionDays: fc.constantFrom(30, 30, 1, 1, 0, limits.retentionDaysMax),
    chat: place,
    micros: fc.constantFrom(1, 1, 0),
    notify: fc.boolean(),
    limit: purgeLimit,
  }),
  resolve: ({ model }, { retentionDays, chat, micros, limit, notify }) => {
    const times = archivedTimes(model)
    // Mostly just after the newest chat, so that more chats are expired.
    const time = chat % 2 ? pick(times, chat) : times.sort().at(-1)
    if (!time) return undefined
    const before = retentionDays === 0 ? undefined : later(time, micros)
    const now = later(time, micros + retentionDays * 86_400_000_000)
    const doomed = before === undefined ? [] : expired(model, before)
    return {
      says: `purge what is past ${retentionDays} days at ${now}, ${limit} a batch`,
      variant: doomed.length === 0 ? 'nothing' : 'some',
      ...deletes(doomed, notify),
      purge: { before: before ?? time, limit: before === undefined ? 0 : Number.MAX_SAFE_INTEGER },
      execute: ({ queryable, operations }) =>
        operations.purgeExpired(queryable, {
          ...{ now, limit: given(limit), notify: notify || undefined },
          retentionDays: retentionDays === 30 ? undefined : retentionDays,
        }),
      predict: (model) => predictPurgeExpired(model, before, limit),
    }
  },
})

/** A time before all rows, and one after them: the model has none of these rows. */
const rowCutoffs = ['2000-01-01T00:00:00.000000Z', '2100-01-01T00:00:00.000000Z']

const definePurgeOfRows = (
  name: 'purge files' | 'purge debug runs',
  {
    writes,
    ...rows
  }: Pick<NonNullable<Move['purgesRows']>, 'table' | 'column'> & Pick<Move, 'writes'>,
  purgeWith: (operations: Operations) => Operations['purgeFiles'],
) =>
  defineOperation({
    name,
    weight: 2,
    fitsTransaction: false,
    choices: fc.record({ before: fc.constantFrom(...rowCutoffs), limit: purgeLimit }),
    resolve: ({ model }, { before, limit }) => ({
      says: `${name} older than ${before}, ${limit} a batch`,
      variant: before,
      chats: [...model.chats.keys()],
      writes,
      purgesRows: { ...rows, before, limit },
      execute: ({ queryable, operations }) =>
        purgeWith(operations)(queryable, { before, limit: given(limit) }),
      // The law about purges counts the rows.
      predict: (_, __, answer) => answer,
    }),
  })

export const purgeFiles = definePurgeOfRows(
  'purge files',
  { table: 'chat_files', column: 'created_at', writes: ['chat_files'] },
  (operations) => operations.purgeFiles,
)

export const purgeDebugRuns = definePurgeOfRows(
  'purge debug runs',
  {
    ...{ table: 'chat_debug_runs', column: 'updated_at' },
    writes: ['chat_debug_runs', 'chat_debug_steps'],
  },
  (operations) => operations.purgeDebugRuns,
)
