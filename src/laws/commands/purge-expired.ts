import fc from 'fast-check'
import { limits } from '../../schema/index.js'
import { pick, place, purgeLimit } from '../choices.js'
import { expired, purgeExpired as specified } from '../model/purge.js'
import { later } from '../model/time.js'
import { defineCommand } from '../move.js'

/** The retention job, with a clock that stands so far on that some chats are past retention. */
export const purgeExpired = defineCommand({
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
  aim: ({ model }, { retentionDays, chat, micros, limit, notify }) => {
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
      ...(notify && { notifies: 'deleted' }),
      act: ({ queryable, operations }) =>
        operations.purgeExpired(queryable, { retentionDays, now, limit, notify }),
      predict: (model) => specified(model, { before, limit }),
    }
  },
})
