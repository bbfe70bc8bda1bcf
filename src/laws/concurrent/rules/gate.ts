import type { Finding } from '../../law.js'
import { gate as alone } from '../../rules/gate.js'
import {
  type LaneStep,
  meanwhile,
  pushesOf,
  type RaceEnding,
  type RaceLaw,
  wasAccepted,
} from '../race-law.js'

export const gate: RaceLaw = {
  number: alone.number,
  name: alone.name,
  says:
    'In the order in which they are committed, accepted pushes of one agent that are not initial ' +
    'have ever greater versions; one that is refused is never seen, and was not above what was ' +
    'stored; one that is accepted is seen.',
  between(before, after, log) {
    const pushes = pushesOf(log)
    const began = pushesOf(meanwhile(log, before, after)).filter(({ push }) => push.initial)
    return [...after.agents.values()].flatMap(({ id, version, error }): Finding[] => {
      const old = before.agents.get(id)
      if (!old?.version || old.error === error) return []
      const push = pushes.find((one) => one.push.id === error)?.push
      if (!push || version === null || BigInt(version) > BigInt(old.version)) return []
      // Of two that were committed between two looks, the first may have begun to count anew.
      if (began.some((one) => one.push.agentId === id)) return []
      const expected = `a version above ${old.version}`
      return [{ what: `${push.id} after ${old.error} of ${id}`, expected, actual: version }]
    })
  },
  whenOver(ending) {
    // The opening is over before anybody looks.
    const raced = ending.log.filter(({ lane }) => lane > 0)
    return pushesOf(raced).flatMap((step) =>
      wasAccepted(step) ? unseen(step, ending) : [...seen(step, ending), ...unfair(step, ending)],
    )
  },
}

/** The states of an agent's snapshot while a push of it was under way, and just before. */
function during({ move, begun, ended }: LaneStep, { sights }: RaceEnding) {
  const last = sights.findLastIndex(({ to }) => to <= begun)
  return sights
    .filter((sight, index) => index >= last && sight.from <= ended + 1)
    .map(({ agents }) => agents.get(move.push!.agentId))
}

function unseen(step: LaneStep, ending: RaceEnding): Finding[] {
  const { id, agentId } = step.move.push!
  if (ending.sights.some(({ agents }) => agents.get(agentId)?.error === id)) return []
  // The deletion that waited for the push may have come before the next look.
  if (ending.log.some(({ move }) => move.removes === agentId)) return []
  return [{ what: `${id} of ${agentId}`, expected: 'seen, since it was accepted' }]
}

function seen(step: LaneStep, { sights }: RaceEnding): Finding[] {
  const { id, agentId } = step.move.push!
  if (!sights.some(({ agents }) => agents.get(agentId)?.error === id)) return []
  return [{ what: `${id} of ${agentId}`, expected: 'never seen, since it was not accepted' }]
}

/** Not accepted although, for as long as it ran, nothing was stored that it was not above. */
function unfair(step: LaneStep, ending: RaceEnding): Finding[] {
  if (step.outcome?.refusal) return []
  const { id, version, initial } = step.move.push!
  const stored = during(step, ending).map((agent) => agent?.version ?? null)
  if (!initial && stored.some((one) => one !== null && BigInt(one) >= version)) return []
  const actual = `not accepted, with ${stored.join(', ')} stored`
  return [{ what: `${id}, version ${version}`, expected: 'accepted', actual }]
}
