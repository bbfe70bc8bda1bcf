import { allDifferingRows, resourcesOf, unexpectedResources } from '../compare-rows.js'
import { type Finding, type Law, pushesOf, wasAccepted } from '../law.js'
import { pinTable } from '../model/rows.js'
import { noRows } from '../row-reader.js'

export const atomicity: Law = {
  number: 15,
  name: 'Atomicity',
  says:
    'A refused or failed operation changes nothing; no reader ever sees part of a push, hydrate, ' +
    'refresh or purge of one chat.',
  afterStep({ move, before, after, outcome }) {
    // A migration commits after each version.
    if (!outcome.refusal || move.isMigration) return []
    return allDifferingRows('after a refusal', before.rows, after.rows)
  },
  /** The pins are exactly the resources of the push whose hash and error the chat has. */
  inObservation({ rows }, race) {
    const pushes = pushesOf(race)
    return [...(rows.get('chats') ?? noRows)].flatMap(([id, { values }]): Finding[] => {
      const { context_aggregate_hash: hash, context_error: error } = values
      const pins = resourcesOf(rows, pinTable, id)
      if (hash === null) {
        if (pins.size === 0 && error === '') return []
        const actual = `pins ${[...pins.keys()].join(', ')}, error ${error}`
        return [{ what: `${id}, not hydrated`, expected: 'no pins and no error', actual }]
      }
      const push = pushes.find((one) => one.push.error === error)?.push
      if (!push) return [{ what: `the push that ${id} has pinned`, actual: `${error}` }]
      const what = `${id}, which has pinned push ${error}`
      const head = hash === push.hash ? [] : [{ what, expected: push.hash, actual: hash! }]
      return [...head, ...unexpectedResources(what, push.resources, pins)]
    })
  },
  afterRace(ending) {
    const refused = pushesOf(ending).filter((step) => !wasAccepted(step))
    return refused.flatMap(({ push }): Finding[] => {
      const pinned = ending.observations.flatMap(({ rows }) =>
        [...(rows.get('chats') ?? noRows)].filter(
          ([, { values }]) => values.context_error === push.error,
        ),
      )
      if (pinned.length === 0) return []
      const expected = 'never, because the push was not accepted'
      return [{ what: `${pinned[0]![0]} has pinned push ${push.error}`, expected }]
    })
  },
}
