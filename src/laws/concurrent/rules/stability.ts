import type { Finding } from '../../law.js'
import { stability as alone } from '../../rules/stability.js'
import { meanwhile, type RaceLaw } from '../race-law.js'

export const stability: RaceLaw = {
  number: alone.number,
  name: alone.name,
  says:
    'A reader never sees the pins of a hydrated chat change unless a refresh or unpin of it is ' +
    'under way.',
  between(before, after, log) {
    return [...after.chats.values()].flatMap(({ id, hash, error, pins }): Finding[] => {
      const old = before.chats.get(id)
      if (!old || old.hash === null) return []
      const [expected, actual] = [old, { hash, error, pins }].map((chat) =>
        [chat.hash, chat.error, chat.pins].join(' '),
      )
      if (expected === actual) return []
      const steps = meanwhile(log, before, after)
      const isAsked = steps.some(({ move }) => move.repins?.includes(id) || move.creates === id)
      return isAsked ? [] : [{ what: `the pins of ${id}`, expected, actual }]
    })
  },
}
