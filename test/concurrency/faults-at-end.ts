import { readPushName } from './expected-contexts.js'
import { lastValues, mayHaveHappened, type Step, sayStep } from './journal.js'
import type { Observation } from './observation.js'
import type { Ending } from './read-ending.js'

/** Everything that is known when a soak is over. */
export interface Over extends Ending {
  readonly journal: readonly Step[]
  readonly observation: Observation
  /** The steps whose push was seen at any time. */
  readonly pushesSeen: ReadonlySet<number>
}

/**
 * What does not fit together when all is over: what was acknowledged is there, what was refused or
 * failed is not, and what is unknown is there as a whole or not at all.
 */
export function faultsAtEnd(over: Over): string[] {
  return [
    ...existenceFaults(over),
    ...messageFaults(over),
    ...halfFaults(over),
    ...registerFaults(over),
    ...pushFaults(over),
    ...driftFaults(over),
  ]
}

function existenceFaults({ journal, chats, observation }: Over): string[] {
  const removers = journal.filter((step) => step.effects.removes && mayHaveHappened(step))
  return journal.flatMap((step) =>
    (step.effects.creates ?? []).flatMap(({ id, goesWith = [] }) => {
      const isThere = chats.has(id) || observation.agents.has(id)
      const ids = [id, ...goesWith]
      const ends = removers.filter(
        ({ effects: { removes }, ended }) =>
          ended > step.begun &&
          (removes === 'any chat' || ids.some((one) => removes!.includes(one))),
      )
      if (!isThere) {
        const isMissed = step.outcome === 'done' && ends.length === 0
        return isMissed ? [`${id} is missing, and nothing removed it: ${sayStep(step)}`] : []
      }
      if (!mayHaveHappened(step)) return [`${id} is there: ${sayStep(step)}`]
      const sure = ends.find(
        ({ begun, outcome, effects }) =>
          outcome === 'done' && effects.removes !== 'any chat' && begun > step.ended,
      )
      return sure ? [`${id} is there, and was removed: ${sayStep(sure)}`] : []
    }),
  )
}

function messageFaults({ journal, chats, messages }: Over): string[] {
  const faults: string[] = []
  const expected = new Set<string>()
  for (const step of journal) {
    for (const { chatId, count } of step.effects.messages ?? []) {
      const key = `${step.number} ${chatId}`
      if (mayHaveHappened(step)) expected.add(key)
      const has = messages.get(key) ?? 0
      const isRight =
        has === count || (has === 0 && (step.outcome !== 'done' || !chats.has(chatId)))
      if (!isRight) faults.push(`${has} of ${count} messages are in ${chatId}: ${sayStep(step)}`)
    }
  }
  const byNumber = new Map(journal.map((step) => [`${step.number}`, step]))
  for (const key of messages.keys()) {
    if (expected.has(key)) continue
    faults.push(`messages that must not be there: ${sayStep(byNumber.get(key.split(' ')[0]!)!)}`)
  }
  return faults
}

/** A transaction over several chats is there in all of those that were there for it, or in none. */
function halfFaults({ journal, chats, messages }: Over): string[] {
  const begun = new Map<string, number>()
  for (const { outcome, effects, ended } of journal) {
    for (const { id } of effects.creates ?? []) if (outcome === 'done') begun.set(id, ended)
  }
  return journal.flatMap((step) => {
    const added = (step.effects.messages ?? []).filter(
      ({ chatId }) => chats.has(chatId) && begun.get(chatId)! < step.begun,
    )
    const there = added.filter(({ chatId }) => messages.has(`${step.number} ${chatId}`))
    if (there.length === 0 || there.length === added.length) return []
    return [`${there.length} of ${added.length} chats have a part: ${sayStep(step)}`]
  })
}

/** What the last writer determines: the agent, the archived flag and the time of each chat. */
function registerFaults({ journal, chats, observation }: Over): string[] {
  return [...chats.values()].flatMap(({ id, agent, archived, updated }) => {
    const agents = lastValues(journal, `agent of ${id}`, 'agent of any chat')
    // Whoever deletes an agent unbinds its chats.
    const isUnbound = [...agents].some((one) => !observation.agents.has(one))
    const isAt = agents.has(`${agent}`) || (agent === null && isUnbound)
    const flags = lastValues(journal, `archived of ${id}`)
    const times = lastValues(journal, `time of ${id}`)
    const say = (what: string, has: unknown, may: Set<string>) =>
      `${what} of chat ${id} is ${has}, and may be ${[...may].join(', ')}`
    return [
      ...(isAt ? [] : [say('agent', agent, agents)]),
      ...(flags.has(`${archived}`) ? [] : [say('archived', archived, flags)]),
      ...(times.has(updated) ? [] : [say('time', updated, times)]),
    ]
  })
}

function pushFaults({ journal, observation, pushesSeen }: Over): string[] {
  const pushes = journal.filter((step) => step.effects.push && mayHaveHappened(step))
  const numbers = new Set(pushes.map(({ number }) => number))
  const unaccepted = [...pushesSeen].filter((number) => !numbers.has(number))
  const faults = unaccepted.map((number) => `push ${number} was seen, and was not accepted`)
  for (const { id, version, error } of observation.agents.values()) {
    const all = pushes.filter((step) => step.effects.push!.agentId === id)
    const may = lastValues(journal, `snapshot of ${id}`)
    if (error === null) {
      const lost = all.find(({ outcome }) => outcome === 'done')
      if (lost) faults.push(`agent ${id} has no snapshot: ${sayStep(lost)}`)
      continue
    }
    const stored = all.find(({ number }) => number === readPushName(error)?.step)
    if (!stored) {
      faults.push(`the snapshot of agent ${id} is of no push of it: ${error}`)
      continue
    }
    if (!may.has(error)) faults.push(`${error} of agent ${id} was followed: ${[...may].join(', ')}`)
    const push = stored.effects.push!
    if (version !== `${push.version}`) faults.push(`agent ${id} has version ${version}: ${error}`)
    const above = all.find(
      ({ outcome, begun, effects }) =>
        outcome === 'done' && effects.push!.version > push.version && !wasReset(all, begun),
    )
    if (above) faults.push(`${error} of agent ${id} came after a greater one: ${sayStep(above)}`)
  }
  return faults
}

/** Whether the counter of an agent may have begun anew since. */
const wasReset = (pushes: readonly Step[], since: number) =>
  pushes.some(({ effects, ended }) => effects.push!.initial && ended >= since)

function driftFaults({ journal, observation }: Over): string[] {
  const byNumber = new Map(journal.map((step) => [step.number, step]))
  const unpinned = new Set(
    journal.filter(mayHaveHappened).flatMap(({ effects }) => effects.unpins ?? []),
  )
  return [...observation.chats.values()].flatMap(({ id, agent, archived, hash, marked }) => {
    const live = agent === null ? undefined : observation.agents.get(agent)
    const push = byNumber.get(readPushName(live?.error ?? '')?.step ?? -1)?.effects.push
    if (archived || !live || !push?.ready) return []
    if (hash === null) {
      return unpinned.has(id) ? [] : [`chat ${id} is not hydrated, and agent ${agent} has pushed`]
    }
    const differs = hash !== live.hash
    return differs === marked ? [] : [`chat ${id} has ${marked ? 'a mark' : 'none'}: ${live.error}`]
  })
}
