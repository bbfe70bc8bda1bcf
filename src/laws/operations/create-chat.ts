import fc from 'fast-check'
import type { CreateChatParams } from '../../context/index.js'
import { enums } from '../../schema/index.js'
import {
  mostly,
  owners,
  pick,
  pickAgent,
  place,
  raceAgentIds,
  raceChatIds,
  raceOwner,
  unknownId,
  type WriteChoice,
  weighted,
} from '../choices.js'
import { settle } from '../model/live-context.js'
import { type Chat, findAgent, followedByDefault, type Model, Refusal } from '../model/model.js'
import type { Time } from '../model/time.js'
import { defineOperation, type Move } from '../operation.js'
import { followSet, inEnumOrder } from './follows.js'

/** The id is undefined if the database generates it. */
type Params = Omit<CreateChatParams, 'now' | 'notify'>

/** A chat of an agent has the agent's build and workspace, and is hydrated if the agent pushed. */
function predict(model: Model, id: string, params: Params, now: Time) {
  const { ownerId, agentId, workspaceId, title = 'New Chat', status = 'waiting' } = params
  const { follows = followedByDefault } = params
  const agent = agentId === undefined ? undefined : findAgent(model, agentId)
  if (workspaceId !== undefined && !model.workspaces.has(workspaceId)) {
    throw new Refusal('workspace_not_found')
  }
  if (model.chats.has(id)) throw new Refusal('23505')
  const chat: Chat = {
    ...{ id, ownerId, title, status, createdAt: now, updatedAt: now, archived: false },
    workspaceId: agent ? model.builds.get(agent.buildId)!.workspaceId : (workspaceId ?? null),
    buildId: agent?.buildId ?? null,
    agentId: agent?.id ?? null,
    ...{
      hydrated: false,
      follows: inEnumOrder(follows),
      dirtySince: null,
      error: '',
      pins: new Map(),
      messages: [],
    },
  }
  model.chats.set(id, chat)
  return { chat: id, hydrated: settle(model, [chat], now).hydrated.length === 1 }
}

export const createChatMove = (
  params: Params,
  { own = false, notify = false }: WriteChoice = {},
): Move => {
  const { id, agentId, workspaceId } = params
  const bound = agentId ?? workspaceId
  return {
    says: `create ${id ?? 'a chat'}${bound ? ` at ${bound}` : ''}`,
    usesOwnClock: own,
    ...(id && { creates: id }),
    ...(notify && { notifies: 'created' }),
    execute: async ({ queryable, operations, now }) =>
      operations.createChat(queryable, { ...params, ...now, notify: notify || undefined }),
    predict(model, at, answer) {
      const generated = (answer as { chat?: { id: string } } | undefined)?.chat?.id
      return predict(model, id ?? generated ?? unknownId, params, at)
    },
  }
}

/** A chat that is bound to an agent, or is in a workspace without an agent, or is unbound. */
export const createChat = defineOperation({
  name: 'create chat',
  weight: 9,
  choices: fc.record({
    owner: fc.nat(1),
    to: weighted(
      [8, fc.constant('agent')],
      [2, fc.constantFrom('nothing', 'workspace', 'unknown')],
    ),
    which: place,
    order: fc.nat(0xffff),
    id: fc.constantFrom('given', 'given', 'made', 'taken'),
    title: fc.option(fc.string({ unit: 'grapheme', maxLength: 20 }), { nil: undefined }),
    status: fc.option(fc.constantFrom(...enums.chat_status), { nil: undefined }),
    follows: fc.option(followSet, { nil: undefined }),
    notify: fc.boolean(),
    own: fc.boolean(),
  }),
  resolve: ({ model, newId }, { owner, to, which, order, title, status, follows, ...choice }) => {
    // Sometimes an agent without a snapshot.
    const living = which % 4 === 0 ? [] : [...model.agents.values()].filter(({ live }) => live)
    const target = {
      agent: { agentId: (pick(living, which) ?? pickAgent(model, which))?.id },
      workspace: { workspaceId: pick([...model.workspaces.keys()], which) },
      unknown: { [which % 2 ? 'agentId' : 'workspaceId']: unknownId },
      nothing: {},
    }[to]!
    if (to !== 'nothing' && Object.values(target).includes(undefined)) return undefined
    const taken = choice.id === 'taken' ? pick([...model.chats.keys()], which) : undefined
    const id = choice.id === 'made' ? undefined : (taken ?? newId('chat', order))
    const ownerId = pick(owners, owner)!
    const texts = { title: title?.replaceAll('\0', ''), status }
    const params = { id, ownerId, ...target, ...texts, follows }
    const move = createChatMove(params, choice)
    return {
      ...move,
      says: `${move.says}${taken ? ' again' : ''}`,
      variant: taken ? 'taken id' : to,
    }
  },
  race: ({ agentId }) =>
    fc
      .tuple(
        fc.constantFrom(...raceChatIds.slice(3)),
        mostly<string | undefined>(agentId, [...raceAgentIds, undefined]),
      )
      .map(([id, boundTo]) => createChatMove({ id, ownerId: raceOwner, agentId: boundTo })),
})
