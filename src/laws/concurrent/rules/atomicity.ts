import type { Finding } from '../../law.js'
import { atomicity as alone } from '../../rules/atomicity.js'
import { hashOf, hexOf, textOf } from '../contents.js'
import { pushesOf, type RaceLaw, wasAccepted } from '../race-law.js'

export const atomicity: RaceLaw = {
  number: alone.number,
  name: alone.name,
  says:
    'A reader sees all of a push, hydrate, refresh or purge of one chat, or nothing of it: the ' +
    'pins are exactly the resources of the accepted push whose hash and error the chat has.',
  inSight({ chats }, log) {
    const pushes = pushesOf(log)
    return [...chats.values()].flatMap(({ id, hash, error, pins }): Finding[] => {
      if (hash === null) {
        const actual = `pins ${pins}, error ${error}`
        const isBare = pins === '' && error === ''
        return isBare ? [] : [{ what: `${id}, not hydrated`, expected: 'no pins', actual }]
      }
      const push = pushes.find((step) => step.push.id === error)?.push
      if (!push) return [{ what: `the push that ${id} was pinned at`, actual: error }]
      const { context } = push
      const [expected, actual] = [`${hexOf(hashOf(context))} ${textOf(context)}`, `${hash} ${pins}`]
      return expected === actual ? [] : [{ what: `${id} as of ${push.id}`, expected, actual }]
    })
  },
  whenOver({ log, sights }) {
    const refused = pushesOf(log).filter((step) => !wasAccepted(step))
    return refused.flatMap(({ push }): Finding[] => {
      const pinned = sights.flatMap(({ chats }) =>
        [...chats.values()].filter(({ error }) => error === push.id),
      )
      if (pinned.length === 0) return []
      return [{ what: `${pinned[0]!.id} pinned at ${push.id}`, expected: 'not accepted, so never' }]
    })
  },
}
