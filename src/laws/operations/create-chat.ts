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
  shared,
  unknownId,
  type WriteChoice,
  weighted,
} from '../choices.js'
import { replace, settle } from '../model/live-context.js'
import {
  type Chat,
  findAgent,
  findChat,
  followedByDefault,
  isOfCurrentBuild,
  type Model,
  Refusal,
  refuseForeign,
} from '../model/model.js'
import type { Time } from '../model/time.js'
import { defineOperation, type Move } from '../operation.js'
import { followSet, inEnumOrder } from './follows.js'

/** The id is undefined if the database generates it. */
type Params = Omit<CreateChatParams, 'now' | 'notify'>

/** A chat of an agent has the agent's build and workspace, and is hydrated if the agent pushed. */
function predict(model: Model, id: string, params: Params, now: Time) {
  const { ownerId, agentId, workspaceId, title = 'New Chat', status = 'waiting' } = params
  const { follows = followedByDefault, pinsOf } = params
  const agent = agentId === undefined ? undefined : findAgent(model, agentId)
  if (workspaceId !== undefined && !model.workspaces.has(workspaceId)) {
    throw new Refusal('workspace_not_found')
  }
  const place = agent ? model.builds.get(agent.buildId)!.workspaceId : workspaceId
  if (place !== undefined && !params.sharedWorkspace) refuseForeign(model, place, [ownerId])
  const original = pinsOf === undefined ? undefined : findChat(model, { chatId: pinsOf, ownerId })
  if (model.chats.has(id)) throw new Refusal('23505')
  const chat: Chat = {
    ...{ id, ownerId, title, status, createdAt: now, updatedAt: now, archived: false },
    workspaceId: place ?? null,
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
  if (original) copyPins(original, chat, now)
  const { hydrated } = settle(model, [chat], now, { isCopied: original?.hydrated ?? false })
  return {
    chat: id,
    hydrated: original?.hydrated || hydrated.length === 1,
    isCurrentBuild: isOfCurrentBuild(model, agent),
  }
}

/** Gives a chat the pins of another one, as new rows, with what belongs to them. */
function copyPins({ hydrated, follows, error, pins }: Chat, chat: Chat, now: Time): void {
  Object.assign(chat, { hydrated, follows, error })
  if (hydrated) chat.pins = replace(new Map(), pins, now)
}

export const createChatMove = (
  params: Params,
  { own = false, notify = false }: WriteChoice = {},
): Move => {
  const { id, agentId, workspaceId, pinsOf } = params
  const bound = agentId ?? workspaceId
  const copy = pinsOf ? ` with the pins of ${pinsOf}` : ''
  return {
    says: `create ${id ?? 'a chat'}${bound ? ` at ${bound}` : ''}${copy}`,
    usesOwnClock: own,
    ...(id && { creates: id }),
    ...(pinsOf && { copies: pinsOf }),
    ...(notify && { notifies: 'created' }),
    execute: async ({ queryable, operations, now }) =>
      operations.createChat(queryable, { ...params, ...now, notify: notify || undefined }),
    predict(model, at, answer) {
      const generated = (answer as { chat?: { id: string } } | undefined)?.chat?.id
      return predict(model, id ?? generated ?? unknownId, params, at)
    },
  }
}

/** Mostly a chat with pins; the newest first, so that copies are copied again. */
function chatToCopy({ chats }: Model, copies: string, which: number): string | undefined {
  if (copies === 'none') return undefined
  const newest = [...chats.values()].reverse()
  const pinned = newest.filter(({ hydrated, pins }) => hydrated && pins.size > 0)
  return pick(copies === 'own' && pinned.length > 0 ? pinned : newest, which)?.id
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
    sharedWorkspace: shared,
    copies: weighted([3, fc.constant('none')], [2, fc.constantFrom('own', 'own', 'any')]),
    notify: fc.boolean(),
    own: fc.boolean(),
  }),
  resolve: (
    { model, newId },
    { owner, to, which, order, title, status, follows, copies, sharedWorkspace, ...choice },
  ) => {
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
    // The owner of a chat that is copied; for any chat, sometimes a stranger.
    const pinsOf = chatToCopy(model, copies, which)
    const owns = pinsOf && copies === 'own' ? model.chats.get(pinsOf)!.ownerId : ownerId
    const context = pinsOf ? { pinsOf } : { follows }
    const params = { id, ownerId: owns, sharedWorkspace, ...target, ...texts, ...context }
    const move = createChatMove(params, choice)
    return {
      ...move,
      says: `${move.says}${taken ? ' again' : ''}`,
      variant: taken ? 'taken id' : pinsOf ? `${to}, copy` : to,
    }
  },
  race: ({ agentId }) =>
    fc
      .tuple(
        fc.constantFrom(...raceChatIds.slice(3)),
        mostly<string | undefined>(agentId, [...raceAgentIds, undefined]),
        fc.option(fc.constantFrom(...raceChatIds), { nil: undefined }),
      )
      .map(([id, boundTo, pinsOf]) =>
        createChatMove({ id, ownerId: raceOwner, agentId: boundTo, pinsOf }),
      ),
})
