import fc from 'fast-check'
import { addMessages } from '../model/add-messages.js'
import { archive, unarchive } from '../model/archive.js'
import { bind, rebindWorkspace } from '../model/bind.js'
import { createChat } from '../model/create-chat.js'
import { hydrate } from '../model/hydrate.js'
import { refresh } from '../model/refresh.js'
import { unpin } from '../model/unpin.js'
import type { LaneChoice, LaneMove } from './lane-move.js'
import { agentIds, chatIds, named, owner, workspaceId } from './race-names.js'

// Mostly the same one, so that lanes meet.
const chatId = fc.constantFrom(chatIds[0]!, chatIds[0]!, ...chatIds.slice(0, 4))
const agentId = fc.constantFrom(agentIds[0]!, agentIds[0]!, agentIds[1]!)
const maybeAgent = fc.constantFrom(agentIds[0]!, agentIds[0]!, agentIds[0]!, agentIds[1]!, null)

const always = <T>(choice: fc.Arbitrary<T>, make: (choice: T) => LaneMove) =>
  choice.map(
    (chosen): LaneChoice =>
      () =>
        make(chosen),
  )

export const createMove = (chatId: string, agentId: string | null): LaneMove => ({
  command: 'create chat',
  says: `create ${named(chatId)}${agentId === null ? '' : ` bound to ${named(agentId)}`}`,
  act: ({ queryable, operations, now }) => {
    const bound = agentId === null ? {} : { agentId }
    return operations.createChat(queryable, { id: chatId, ownerId: owner, ...bound, ...now })
  },
  predict(model, at) {
    const bound = agentId === null ? {} : { agentId }
    return createChat(model, { id: chatId, ownerId: owner, ...bound }, at)
  },
})

export const archiveMove = (chatId: string): LaneMove => ({
  command: 'archive',
  says: `archive ${named(chatId)}`,
  act: ({ queryable, operations, now }) => operations.archive(queryable, { chatId, ...now }),
  predict: (model, at) => archive(model, { chatId }, at),
})

const refreshMove = (chatId: string): LaneMove => ({
  command: 'refresh',
  says: `refresh ${named(chatId)}`,
  repins: [chatId],
  act: ({ queryable, operations, now }) => operations.refresh(queryable, { chatId, ...now }),
  predict: (model, at) => refresh(model, { chatId }, at),
})

const unpinMove = (chatId: string): LaneMove => ({
  command: 'unpin',
  says: `unpin ${named(chatId)}`,
  repins: [chatId],
  unpins: chatId,
  act: ({ queryable, operations }) => operations.unpin(queryable, { chatId }),
  predict: (model) => unpin(model, { chatId }),
})

const hydrateMove = (which: { chatId: string } | { agentId: string }): LaneMove => ({
  command: 'hydrate',
  says: `hydrate ${named(Object.values(which)[0]!)}`,
  act: ({ queryable, operations, now }) => operations.hydrate(queryable, { ...which, ...now }),
  predict: (model, at) => hydrate(model, which, at),
})

const unarchiveMove = (chatId: string): LaneMove => ({
  command: 'unarchive',
  says: `unarchive ${named(chatId)}`,
  act: ({ queryable, operations, now }) => operations.unarchive(queryable, { chatId, ...now }),
  predict: (model, at) => unarchive(model, { chatId }, at),
})

const messageMove = (chatId: string): LaneMove => ({
  command: 'add messages',
  says: `add a message to ${named(chatId)}`,
  async act({ queryable, operations, now }) {
    const messages = [{ role: 'user', content: 'Hello' }] as const
    const { chat } = await operations.addMessages(queryable, { chatId, messages, ...now })
    return { chat }
  },
  predict: (model, at) => addMessages(model, { chatId }, at),
})

interface Target {
  readonly agentId: string | null
  readonly refresh: boolean
}

const saidTarget = ({ agentId, refresh }: Target) =>
  `${agentId === null ? 'none' : named(agentId)}${refresh ? ', with refresh' : ''}`

const bindMove = ({ chatId, ...target }: Target & { readonly chatId: string }): LaneMove => ({
  command: 'bind',
  says: `bind ${named(chatId)} to ${saidTarget(target)}`,
  repins: target.refresh ? [chatId] : [],
  act: ({ queryable, operations, now }) =>
    operations.bind(queryable, { chatId, ...target, ...now }),
  predict: (model, at) => bind(model, { chatId, ...target }, at),
})

const rebindMove = (target: Target): LaneMove => ({
  command: 'rebind workspace',
  says: `rebind the chats of the workspace to ${saidTarget(target)}`,
  repins: target.refresh ? chatIds : [],
  act: ({ queryable, operations, now }) =>
    operations.rebindWorkspace(queryable, { workspaceId, ...target, ...now }),
  predict: (model, at) => rebindWorkspace(model, { workspaceId, ...target }, at),
})

const target = { agentId: maybeAgent, refresh: fc.boolean() }

/** What may be done to a chat, and how often, relative to the others. */
export const onAChat: readonly fc.WeightedArbitrary<LaneChoice>[] = [
  {
    weight: 4,
    arbitrary: always(
      fc.record({ chatId: fc.constantFrom(...chatIds.slice(3)), agentId: maybeAgent }),
      (choice) => createMove(choice.chatId, choice.agentId),
    ),
  },
  { weight: 5, arbitrary: always(chatId, refreshMove) },
  { weight: 2, arbitrary: always(chatId, unpinMove) },
  { weight: 1, arbitrary: always(fc.record({ agentId }), hydrateMove) },
  { weight: 1, arbitrary: always(fc.record({ chatId }), hydrateMove) },
  { weight: 3, arbitrary: always(fc.record({ chatId, ...target }), bindMove) },
  { weight: 2, arbitrary: always(fc.record(target), rebindMove) },
  { weight: 2, arbitrary: always(chatId, archiveMove) },
  { weight: 2, arbitrary: always(chatId, unarchiveMove) },
  { weight: 1, arbitrary: always(chatId, messageMove) },
]
