import type { Finding } from '../../law.js'
import { agreement as alone } from '../../rules/agreement.js'
import { hashOf, hexOf, textOf } from '../contents.js'
import { pushesOf, type RaceLaw } from '../race-law.js'

export const agreement: RaceLaw = {
  number: alone.number,
  name: alone.name,
  says: 'At every moment live resources and snapshot are exactly those of one accepted push.',
  inSight({ agents }, log) {
    const pushes = pushesOf(log)
    return [...agents.values()].flatMap(({ id, version, hash, error, rows }): Finding[] => {
      if (version === null) {
        return rows === '' ? [] : [{ what: `${id} without a snapshot`, expected: '', actual: rows }]
      }
      const push = pushes.find((one) => one.push.id === error && one.push.agentId === id)?.push
      if (!push) return [{ what: `the push of the snapshot of ${id}`, actual: `${error}` }]
      const shown = (...parts: unknown[]) => parts.join(' ')
      const { context } = push
      const expected = shown(push.version, hexOf(hashOf(context)), textOf(context))
      const actual = shown(version, hash, rows)
      return expected === actual ? [] : [{ what: `${id} after ${push.id}`, expected, actual }]
    })
  },
}
