import fc from 'fast-check'
import { pick, place, purgeLimit } from '../choices.js'
import { expired, purge as specified } from '../model/purge.js'
import { later } from '../model/time.js'
import { defineCommand } from '../move.js'

/** A cutoff that is now, or exactly at or one microsecond after the time of a chat. */
export const purge = defineCommand({
  name: 'purge',
  weight: 3,
  choices: fc.record({
    cutoff: fc.constantFrom('now', 'at', 'after', 'after'),
    chat: place,
    limit: purgeLimit,
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
      ...(notify && { notifies: 'deleted' }),
      act: ({ queryable, operations }) =>
        operations.purge(queryable, { before, notify, ...(limit < 1000 && { limit }) }),
      predict: (model) => specified(model, { before, limit }),
    }
  },
})
