import fc from 'fast-check'
import type { PushParams, PushResult } from '../../context/index.js'
import type { ResourceInput } from '../../schema/index.js'
import { type CapOptions, type CappedPush, pushAtCap, pushBeyondCap } from '../arbitraries/caps.js'
import { resource, skillName } from '../arbitraries/push.js'
import {
  contextResources,
  contextsCount,
  mostly,
  pick,
  pickAgent,
  place,
  raceAgentIds,
  textFile,
  unknownId,
  weighted,
  writeChoice,
} from '../choices.js'
import {
  type Changes,
  type Content,
  noChanges,
  type Pushed,
  replace,
  settle,
} from '../model/live-context.js'
import { findAgent, type Live, type Model, Refusal, unarchived } from '../model/model.js'
import { later, type Time } from '../model/time.js'
import { defineOperation, type Move, type View } from '../operation.js'
import { day, raceRuns, runChoice, runOf } from './push-runs.js'
import { changeableFields, type PushVariant, pushVariants, reportOf } from './push-variants.js'

/**
 * Why a push is not accepted: an initial one if its run started before the stored run, any other if
 * it is not of the stored run or its version is not above the stored one.
 */
function whyNot(live: Live, { version, initial, run }: Pushed): PushResult['reason'] {
  if (initial) {
    const isEarlier = run !== null && live.run !== null && run.startedAt < live.run.startedAt
    return isEarlier ? 'superseded_run' : undefined
  }
  const isSame = run?.id === live.run?.id && run?.startedAt === live.run?.startedAt
  if (live.run !== null && !isSame) return 'superseded_run'
  return version <= live.version ? 'version' : undefined
}

/**
 * An accepted push replaces the live context. If it is ready, the chats of the agent are hydrated,
 * follow and are settled.
 */
function predict(
  model: Model,
  push: Pushed,
  now: Time,
): Pick<PushResult, 'accepted' | 'reason'> & Changes {
  const { agentId, version, ready, run, error, resources } = push
  const skills = [...resources.values()].map(skillName).filter((name) => name !== undefined)
  if (new Set(skills).size < skills.length) throw new Refusal('invalid_input')
  const agent = findAgent(model, agentId)
  if (run !== null && run.startedAt > later(now, day)) throw new Refusal('invalid_input')
  const reason = agent.live && whyNot(agent.live, push)
  if (reason) return { accepted: false, reason, ...noChanges }
  const rows = replace(agent.live?.resources ?? new Map(), resources, now)
  agent.live = { version, run, error, receivedAt: now, ready, resources: rows }
  const chats = unarchived(model, (chat) => chat.agentId === agentId)
  return { accepted: true, ...settle(model, chats, now) }
}

type Params = Omit<PushParams, 'now'>

/** The parameters of a push in the form of the model. */
function toPushed({ agentId, version, initial = false, ready = true, ...rest }: Params): Pushed {
  const { snapshotError: error = '' } = rest
  const resources = new Map(rest.resources.map((one) => [one.source, toContent(one)]))
  const run = rest.run ? { id: rest.run.id, startedAt: exactTime(rest.run.startedAt) } : null
  return { agentId, version, initial, ready, run, error, resources }
}

/** A time as the model has it. */
const exactTime = (time: Date | string): Time =>
  typeof time === 'string' ? time : time.toISOString().replace('Z', '000Z')

function toContent(one: ResourceInput): Content {
  const { kind, body, contentHash, sizeBytes, status, error = '', sourcePath = '' } = one
  return { kind, body, contentHash, sizeBytes, status, error, sourcePath }
}

function textOf({ agentId, version, resources, ...rest }: Params, variant: string): string {
  const { initial, ready, run } = rest
  const ofRun = run ? `, of the run ${run.id.slice(-2)} of ${exactTime(run.startedAt)}` : ''
  const flags = `${initial ? ', initial' : ''}${ready === false ? ', not ready' : ''}${ofRun}`
  const sources = resources.map(({ source }) => JSON.stringify(source))
  const shown = sources.length > 3 ? [`${sources.length} resources`] : sources
  return `push ${agentId} version ${version}${flags} (${variant}): ${shown.join(', ') || 'nothing'}`
}

/** A push that is valid, whether it is accepted or not. */
function pushMove(params: Params, variant: string): Move {
  const push = toPushed(params)
  return {
    says: textOf(params, variant),
    variant,
    push,
    ...(params.notify && { notifies: 'changes' }),
    execute: ({ queryable, operations, now }) => operations.push(queryable, { ...params, ...now }),
    predict: (model, at) => predict(model, push, at),
  }
}

/** A push in a history: it may change the unarchived chats of its agent, if the agent is ready. */
function resolved({ model }: View, params: Params, variant: string, own = false): Move {
  const isSettling = params.ready !== false
  const chats = unarchived(model, ({ agentId }) => isSettling && agentId === params.agentId)
  return { ...pushMove(params, variant), chats: chats.map(({ id }) => id), usesOwnClock: own }
}

/** Few sources, so that successive pushes contain the same sources. */
const sources = ['/AGENTS.md', '/agents.md', '/caf\u00e9', '/cafe\u0301', 'mcp:a'] as const

/** Often the first two resources differ only in their sources, so that only those order them. */
const someResources = fc
  .tuple(fc.array(fc.tuple(resource(), fc.boolean()), { maxLength: sources.length }), fc.boolean())
  .map(([list, areTwins]) => {
    const [first, second, ...others] = list
    const twins =
      areTwins && first && second ? [first, [first[0], false] as const, ...others] : list
    const made = twins.map(([one, own], index) => (own ? one : { ...one, source: sources[index]! }))
    return [...new Map(made.map((one) => [one.source, one])).values()]
  })

/** The agents of the unarchived chats that meet a condition. */
const agentsOf =
  (isMeant: (chat: { hydrated: boolean; dirtySince: Time | null }) => boolean) =>
  ({ agents, chats }: Model) => {
    const those = [...chats.values()].filter((chat) => isMeant(chat) && !chat.archived)
    const ids = new Set(those.map(({ agentId }) => agentId))
    return [...agents.values()].filter(({ id, deleted }) => ids.has(id) && !deleted)
  }

/** An agent whose context chats have pinned, one that has never pushed, or any agent. */
const targets = {
  watched: agentsOf(({ hydrated }) => hydrated),
  drifted: agentsOf(({ dirtySince }) => dirtySince !== null),
  silent: ({ agents }: Model) =>
    [...agents.values()].filter(({ live, deleted }) => !live && !deleted),
  any: ({ agents }: Model) => [...agents.values()].reverse(),
} as const

/** A report of an agent, made from its earlier reports. */
export const push = defineOperation({
  name: 'push',
  weight: 10,
  choices: fc.record({
    agent: place,
    to: fc.constantFrom('watched', 'watched', 'watched', 'silent', 'any'),
    variant: weighted<PushVariant>(
      [3, fc.constant('fresh')],
      [5, fc.constant('one changed')],
      [4, fc.constant('back to pins')],
      [2, fc.constant('not ready')],
      [3, fc.constant('body alone')],
      [7, fc.constantFrom(...pushVariants)],
    ),
    resources: someResources,
    which: place,
    field: fc.constantFrom(...changeableFields),
    step: fc.integer({ min: 1, max: 3 }),
    run: runChoice,
    error: fc.constantFrom('', '', 'slow disk'),
    ...writeChoice,
  }),
  resolve: (view, { agent, to, variant, run, error, own, notify, ...choice }) => {
    // A push that returns to earlier pins matters most if it clears a mark.
    const drifted =
      variant === 'back to pins' ? pick(targets.drifted(view.model), agent) : undefined
    const among = targets[to](view.model)
    const found = drifted ?? pick(among, agent) ?? pickAgent(view.model, agent)
    if (!found) return undefined
    const params = {
      agentId: found.id,
      ...reportOf(variant, view.model, found, choice),
      // A delayed push is often the first of its process.
      ...(run.as === 'earlier' && choice.which % 2 === 0 && { initial: true }),
      run: runOf(run, found.live?.run ?? null, view.now),
      notify: notify || undefined,
      ...(error !== '' && { snapshotError: error }),
    }
    return resolved(view, params, run.as === 'stored' ? variant : `${variant}, ${run.as} run`, own)
  },
  race: (focus) =>
    fc
      .record({
        agentId: mostly(focus.agentId, raceAgentIds),
        version: fc.integer({ min: 2, max: 20 }),
        context: fc.nat(contextsCount - 1),
        initial: mostly(false, [false, true]),
        ready: fc.constantFrom(true, true, false),
        run: weighted([4, fc.constant(undefined)], [3, fc.constantFrom(...raceRuns)]),
      })
      .map((params) => {
        const asStep = (id: string) => racePush({ id, ...params })
        return { ...asStep(''), asStep }
      }),
})

/** An MCP server, which chats of a race follow: two contexts share one, and two have none. */
const raceServers = (context: number): ResourceInput[] => {
  const mark = [0, 1, 0, 2, 1][context]!
  const server = textFile('mcp:tides', `mark ${mark}`, mark)
  return mark === 0 ? [] : [{ ...server, kind: 'mcp_server', body: { server_name: `${mark}` } }]
}

/** A push of a race, which is recognised by its snapshot error. */
export function racePush({
  id,
  context,
  ...params
}: Pick<Params, 'agentId' | 'version' | 'initial' | 'ready' | 'run'> & {
  readonly id: string
  readonly context: number
}): Move {
  const resources = [...contextResources(context), ...raceServers(context)]
  return pushMove({ ...params, resources, snapshotError: id }, `context ${context}`)
}

/** Pushes at or beyond a limit, rarely those of hundreds of kilobytes. */
const mostlyLight = (capped: (options?: CapOptions) => fc.Arbitrary<CappedPush>) =>
  weighted([30, capped({ heavy: false })], [1, capped()])

/** A push that is exactly at a limit, and is accepted. */
export const pushAtALimit = defineOperation({
  name: 'push at a cap',
  choices: fc.record({ agent: place, capped: mostlyLight(pushAtCap) }),
  resolve: (view, { agent, capped: { cap, push } }) => {
    const found = pickAgent(view.model, agent)
    return found && resolved(view, { agentId: found.id, ...push, initial: true }, cap)
  },
})

/** A push with one byte, one level or one resource too much, which changes nothing. */
export const pushBeyondALimit = defineOperation({
  name: 'push beyond a cap',
  choices: fc.record({ agent: place, capped: mostlyLight(pushBeyondCap) }),
  resolve: ({ model }, { agent, capped: { cap, push } }) => {
    const params = { agentId: pickAgent(model, agent)?.id ?? unknownId, ...push }
    return {
      says: textOf(params, cap),
      variant: cap,
      execute: ({ queryable, operations, now }) =>
        operations.push(queryable, { ...params, ...now }),
      predict() {
        throw new Refusal('invalid_input')
      },
    }
  },
})
