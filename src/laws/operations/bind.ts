import fc from 'fast-check'
import {
  mostly,
  pick,
  pickAgent,
  place,
  raceAgentIds,
  raceChatIds,
  raceWorkspaceId,
  shared,
  unknownId,
  type WriteChoice,
  weighted,
  writeChoice,
} from '../choices.js'
import { noChanges, pin, refuseUnready, settle } from '../model/live-context.js'
import {
  type Chat,
  findAgent,
  findChat,
  inOrder,
  isOfCurrentBuild,
  type Model,
  refuseForeign,
  unarchived,
} from '../model/model.js'
import type { Time } from '../model/time.js'
import { defineChatOperation, defineOperation, type Move, type RaceFocus } from '../operation.js'

/** The agent to bind to, or none, and whether the pins are replaced. */
interface Target {
  readonly agentId: string | null
  readonly refresh: boolean
  readonly sharedWorkspace?: boolean
  /** How a history chose the agent. */
  readonly to?: string
}

/**
 * Binds chats to an agent or to none. The build and the workspace follow from the agent. Pins stay:
 * chats that are not hydrated are hydrated, and the others are settled. With `refresh`, all pins
 * are replaced.
 *
 * @param from The workspace whose chats are bound again, whoever owns them.
 */
function bindAll(
  model: Model,
  chats: readonly Chat[],
  { agentId, refresh, sharedWorkspace }: Target,
  now: Time,
  from?: string,
) {
  const agent = agentId === null ? undefined : findAgent(model, agentId)
  const place = agent && model.builds.get(agent.buildId)!.workspaceId
  if (place !== undefined && place !== from && !sharedWorkspace) {
    const ownerIds = chats.map(({ ownerId }) => ownerId)
    refuseForeign(model, place, ownerIds)
  }
  const bound = inOrder(chats).map(({ id }) => id)
  const isCurrentBuild = isOfCurrentBuild(model, agent)
  if (bound.length === 0) return { bound, refreshed: [], ...noChanges, isCurrentBuild }
  if (refresh) refuseUnready(agent?.live)
  for (const chat of chats) {
    chat.agentId = agentId
    chat.buildId = agent?.buildId ?? null
    chat.workspaceId = place ?? null
  }
  if (!refresh) {
    return {
      bound,
      refreshed: [],
      ...settle(model, chats, now, { isBinding: true }),
      isCurrentBuild,
    }
  }
  const had = inOrder(chats).map((chat) => ({ id: chat.id, pinned: chat.hydrated }))
  for (const chat of chats) pin(model, chat, now)
  const refreshed = had.filter(({ pinned }) => pinned).map(({ id }) => id)
  const hydrated = had.filter(({ pinned }) => !pinned).map(({ id }) => id)
  return { bound, refreshed, ...noChanges, hydrated, isCurrentBuild }
}

const targetText = ({ agentId, refresh }: Target) =>
  `${agentId ?? 'none'}${refresh ? ', with refresh' : ''}`

const rebindMove = (
  workspaceId: string,
  target: Target,
  { chats, own = false, notify = false }: WriteChoice & { readonly chats: readonly string[] },
): Move => {
  const { agentId, refresh, sharedWorkspace } = target
  return {
    says: `rebind the chats of ${workspaceId} to ${targetText(target)}`,
    variant: variantOf(target),
    chats,
    repins: target.refresh ? chats : [],
    usesOwnClock: own,
    ...(notify && { notifies: 'bound' }),
    execute: ({ queryable, operations, now }) =>
      operations.rebindWorkspace(queryable, {
        ...{ workspaceId, agentId, sharedWorkspace, ...now },
        ...{ refresh: refresh || undefined, notify: notify || undefined },
      }),
    /** Binds all unarchived chats of a workspace, which may have been deleted. */
    predict(model, at) {
      const moving = unarchived(model, (chat) => chat.workspaceId === workspaceId)
      return bindAll(model, moving, target, at, workspaceId)
    },
  }
}

const targetChoice = {
  to: weighted(
    [6, fc.constant('agent')],
    [3, fc.constantFrom('none', 'silent', 'starting', 'starting', 'unknown')],
  ),
  agent: place,
  refresh: fc.boolean(),
  sharedWorkspace: shared,
}

interface TargetChoice {
  readonly to: string
  readonly agent: number
  readonly refresh: boolean
  readonly sharedWorkspace?: boolean
}

/**
 * An agent that no chat is bound to yet, one that has not pushed, any that is not ready, none, or
 * one that does not exist.
 *
 * @param own The agents that the chats are bound to.
 */
function chooseAgent(
  model: Model,
  { to, agent }: TargetChoice,
  own: readonly (string | null)[],
): string | null | undefined {
  if (to === 'none') return null
  if (to === 'unknown') return unknownId
  const agents = [...model.agents.values()]
  const silent = agents.filter(({ live }) => !live)
  const others = agents.filter(({ id, live, deleted }) => live && !deleted && !own.includes(id))
  if (to === 'silent') return pick(silent, agent)?.id
  const starting = agents.filter(({ live, deleted }) => live?.ready === false && !deleted)
  if (to === 'starting' && starting.length > 0) return pick(starting, agent)!.id
  return others.length > 0 ? pick(others, agent)!.id : pickAgent(model, agent)?.id
}

const variantOf = ({ to = 'agent', refresh }: Target) => (refresh ? `${to}, refresh` : to)

const raceTarget = ({ agentId }: RaceFocus) =>
  fc.record({
    agentId: mostly<string | null>(agentId, [...raceAgentIds, null]),
    refresh: fc.boolean(),
  })

export const bind = defineChatOperation<Target, TargetChoice>({
  name: 'bind',
  weight: 4,
  event: 'bound',
  choices: targetChoice,
  argsOf(model, chat, choice) {
    const agentId = chooseAgent(model, choice, [chat?.agentId ?? null])
    return agentId === undefined ? undefined : { ...choice, agentId }
  },
  simple: () => ({ agentId: null, refresh: false }),
  raceArgs: raceTarget,
  says: (chat, target) => `bind ${chat} to ${targetText(target)}`,
  flags: (chatId, target) => ({
    variant: variantOf(target),
    repins: target.refresh ? [chatId] : [],
  }),
  execute: ({ queryable, operations }, params, { agentId, refresh, sharedWorkspace }) =>
    operations.bind(queryable, {
      ...{ ...params, agentId, sharedWorkspace },
      refresh: refresh || undefined,
    }),
  /** Binds a chat, archived or not, to an agent or to none. */
  predict(model, key, now, target) {
    if (target.agentId !== null) findAgent(model, target.agentId)
    return bindAll(model, [findChat(model, key)], target, now)
  },
})

/** What a backend does after a rebuild has created a new agent. */
export const rebindWorkspace = defineOperation({
  name: 'rebind workspace',
  weight: 2,
  choices: fc.record({ workspace: place, ...targetChoice, ...writeChoice }),
  resolve: ({ model }, { workspace, ...choice }) => {
    const workspaceId = pick([...model.workspaces.keys()], workspace)
    if (!workspaceId) return undefined
    const moving = unarchived(model, (chat) => chat.workspaceId === workspaceId)
    const own = moving.map((chat) => chat.agentId)
    const agentId = chooseAgent(model, choice, own)
    if (agentId === undefined) return undefined
    const chats = moving.map(({ id }) => id)
    return rebindMove(workspaceId, { ...choice, agentId }, { ...choice, chats })
  },
  race: (focus) =>
    raceTarget(focus).map((target) => rebindMove(raceWorkspaceId, target, { chats: raceChatIds })),
})
