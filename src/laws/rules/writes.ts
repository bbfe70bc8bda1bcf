import { pushableKinds } from '../../schema/index.js'
import { allDifferingRows, resourcesOf, unequal, unexpectedResources } from '../compare-rows.js'
import { type Finding, type Law, pushesOf, pushOf, wasAccepted } from '../law.js'
import { liveTable, pinTable } from '../model/rows.js'
import { rowsOf } from '../row-reader.js'
import { followsOf } from './stored-chat.js'

export const atomicity: Law = {
  number: 15,
  name: 'Atomicity',
  says:
    'An operation that is refused or fails changes nothing; no reader ever sees part of a ' +
    'push, a hydration, a refresh or a purge of one chat.',
  afterStep({ move, before, after, outcome }) {
    // A migration commits after each version.
    if (!outcome.refusal || move.isMigration) return []
    return allDifferingRows('after a refusal', before.rows, after.rows)
  },
  /**
   * The pins of a kind are exactly those of the push whose error the chat has; of a kind that it
   * follows or has followed, those of any one push.
   */
  inObservation({ rows }, race) {
    return [...rowsOf(rows, 'chats')].flatMap(([id, { values }]): Finding[] => {
      const { context_hashes: hashes, context_error: error } = values
      const pins = resourcesOf(rows, pinTable, id)
      if (hashes === null) {
        const actual = `pins ${[...pins.keys()].join(', ')}, error ${error}`
        return unequal(`${id}, not hydrated`, 'pins , error ', actual)
      }
      const push = pushOf(race, error)
      if (!push) return [{ what: `the push that ${id} has pinned`, actual: `${error}` }]
      const mayHaveFollowed = race.steps.some(({ operation }) => operation === 'set follows')
      const others = pushesOf(race).map((step) => step.push)
      return pushableKinds.flatMap((kind) => {
        const isOther = mayHaveFollowed || followsOf(values).has(kind)
        const own = new Map([...pins].filter(([, row]) => row.values.body_kind === kind))
        const findings = [push, ...(isOther ? others : [])].map(({ error, resources }) => {
          const wanted = new Map([...resources].filter(([, one]) => one.kind === kind))
          return unexpectedResources(`${id}, which has pinned push ${error}`, wanted, own)
        })
        return findings.some((one) => one.length === 0) ? [] : findings[0]!
      })
    })
  },
  afterRace(ending) {
    const refused = pushesOf(ending).filter((step) => !wasAccepted(step))
    return refused.flatMap(({ push }): Finding[] => {
      const chats = ending.observations.flatMap(({ rows }) => [...rowsOf(rows, 'chats')])
      const pinned = chats.find(([, { values }]) => values.context_error === push.error)
      if (!pinned) return []
      const expected = 'never, because the push was not accepted'
      return [{ what: `${pinned[0]} has pinned push ${push.error}`, expected }]
    })
  },
}

export const idempotence: Law = {
  number: 13,
  name: 'Idempotence',
  says:
    'Pushing the same resources again as a new version neither writes nor locks any resource ' +
    'or pin; no operation writes or locks such a row that is already equal.',
  afterStep({ move, before, after, outcome }) {
    // A refused operation may have locked rows; a migration writes all of them again.
    if (move.isMigration || outcome.refusal) return []
    return [liveTable, pinTable].flatMap((table) =>
      [...rowsOf(after.rows, table)].flatMap(([key, row]) => {
        const old = before.rows.get(table)?.get(key)
        if (!old || old.text !== row.text || old.place === row.place) return []
        const what = `an equal row was written or locked: ${table} ${key}`
        return [{ what, expected: old.place, actual: row.place }]
      }),
    )
  },
}
