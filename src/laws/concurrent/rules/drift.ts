import type { Finding } from '../../law.js'
import { drift as alone } from '../../rules/drift.js'
import { pushesOf, type RaceEnding, type RaceLaw, wasAccepted } from '../race-law.js'
import type { SeenChat } from '../sight.js'

export const drift: RaceLaw = {
  number: alone.number,
  name: alone.name,
  says:
    'When all is over, a hydrated, unarchived chat whose agent pushed last when it was ready has ' +
    'a mark exactly when the hashes differ, and one that nobody unpinned is hydrated.',
  whenOver(ending) {
    return [...ending.sights.at(-1)!.chats.values()].flatMap((chat) => fault(chat, ending))
  },
}

function fault({ id, agent, archived, hash, marked }: SeenChat, ending: RaceEnding): Finding[] {
  const { log, sights } = ending
  const live = agent === null ? undefined : sights.at(-1)!.agents.get(agent)
  if (archived || !live || live.hash === null) return []
  const pushes = pushesOf(log).filter((step) => step.push.agentId === agent && wasAccepted(step))
  if (pushes.find(({ push }) => push.id === live.error)?.push.ready !== true) return []
  if (hash !== null) {
    const differs = hash !== live.hash
    if (differs === marked) return []
    const expected = differs ? 'one, since the hashes differ' : 'none, since the hashes are equal'
    return [{ what: `the mark of ${id}`, expected, actual: marked ? 'a mark' : 'none' }]
  }
  if (log.some(({ move }) => move.unpins === id)) return []
  return [{ what: id, expected: `hydrated, since ${agent} has pushed`, actual: 'not hydrated' }]
}
