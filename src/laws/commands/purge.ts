import fc from 'fast-check'
import { limits } from '../../schema/limits.js'
import { pick, place } from '../choices.js'
import { purgeExpired as allPurged, expired, purge as purged } from '../model/purge.js'
import { defineCommand } from '../move.js'
import { later } from '../time.js'

const limit = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 2 }) },
  { weight: 1, arbitrary: fc.constant(1000) },
)

/** A cutoff that is now, or exactly at or one microsecond after the time of a chat. */
export const purge = defineCommand({
  name: 'purge',
  weight: 3,
  choices: fc.record({
    cutoff: fc.constantFrom('now', 'at', 'after', 'after'),
    chat: place,
    limit,
    notify: fc.boolean(),
  }),
  aim: ({ model, now }, { cutoff, chat, limit, notify }) => {
    const times = [...model.chats.values()]
      .filter((one) => one.archived)
      .map((one) => one.updatedAt)
    if (times.length === 0 && cutoff !== 'now') return undefined
    const time = pick(times, chat) ?? now
    const before = cutoff === 'now' ? now : cutoff === 'at' ? time : later(time, 1)
    const doomed = expired(model, before).slice(0, limit)
    return {
      says: `purge what is older than ${before}, ${limit} at most`,
      variant: doomed.length === 0 ? 'nothing' : doomed.length === limit ? 'limit' : 'all',
      chats: doomed.map(({ id }) => id),
      repins: doomed.map(({ id }) => id),
      purge: { before, limit },
      deletesChats: true,
      act: ({ queryable, operations }) =>
        operations.purge(queryable, { before, notify, ...(limit < 1000 && { limit }) }),
      predict: (model) => purged(model, { before, limit }),
    }
  },
})

/** The retention job, with a clock that stands so far on that some chats are past retention. */
export const purgeExpired = defineCommand({
  name: 'purge expired',
  weight: 3,
  fitsTransaction: false,
  choices: fc.record({
    retentionDays: fc.constantFrom(30, 30, 1, 1, 0, limits.retentionDaysMax),
    chat: place,
    micros: fc.constantFrom(1, 1, 0),
    limit,
  }),
  aim: ({ model }, { retentionDays, chat, micros, limit }) => {
    const times = [...model.chats.values()]
      .filter((one) => one.archived)
      .map((one) => one.updatedAt)
    // Past the newest of them there are more of them.
    const time = chat % 2 ? pick(times, chat) : times.sort().at(-1)
    if (!time) return undefined
    const before = retentionDays === 0 ? undefined : later(time, micros)
    const now = later(time, micros + retentionDays * 86_400_000_000)
    const doomed = before === undefined ? [] : expired(model, before)
    return {
      says: `purge what is past ${retentionDays} days at ${now}, ${limit} a batch`,
      variant: doomed.length === 0 ? 'nothing' : 'some',
      chats: doomed.map(({ id }) => id),
      repins: doomed.map(({ id }) => id),
      purge: { before: before ?? time, limit: before === undefined ? 0 : Number.MAX_SAFE_INTEGER },
      deletesChats: true,
      act: ({ queryable, operations }) =>
        operations.purgeExpired(queryable, { retentionDays, now, limit }),
      predict: (model) => allPurged(model, { before, limit }),
    }
  },
})
