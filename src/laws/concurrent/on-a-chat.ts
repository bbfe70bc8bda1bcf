import fc from 'fast-check'
import { addMessages } from '../model/add-messages.js'
import { archive, unarchive } from '../model/archive.js'
import { bind, rebindWorkspace } from '../model/bind.js'
import { createChat } from '../model/create-chat.js'
import { hydrate } from '../model/hydrate.js'
import { refresh } from '../model/refresh.js'
import { unpin } from '../model/unpin.js'
import { always, type Focus, type LaneMove, type MoveKind, mostly } from './lane-move.js'
import { agentIds, chatIds, named, owner, workspaceId } from './race-names.js'

export const createMove = (chatId: string, agentId: string | null): LaneMove => ({
  command: 'create chat',
  creates: chatId,
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
  // What a race is about is when, not what.
  predict: (model, at) => addMessages(model, { chatId }, [], at),
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

const ofChat =
  (make: (chatId: string) => LaneMove): MoveKind =>
  ({ chatId }) =>
    always(mostly(chatId, chatIds), make)

const targetOf = ({ agentId }: Focus) => ({
  agentId: mostly<string | null>(agentId, [...agentIds, null]),
  refresh: fc.boolean(),
})

export const refreshing = ofChat(refreshMove)

/** What else may be done to a chat. */
export const onAChat: readonly MoveKind[] = [
  ({ agentId }) =>
    always(
      fc.tuple(
        fc.constantFrom(...chatIds.slice(3)),
        mostly<string | null>(agentId, [...agentIds, null]),
      ),
      ([chatId, boundTo]) => createMove(chatId, boundTo),
    ),
  ofChat(unpinMove),
  ofChat((chatId) => hydrateMove({ chatId })),
  ({ agentId }) => always(mostly(agentId, agentIds), (id) => hydrateMove({ agentId: id })),
  (focus) =>
    always(fc.record({ chatId: mostly(focus.chatId, chatIds), ...targetOf(focus) }), bindMove),
  (focus) => always(fc.record(targetOf(focus)), rebindMove),
  ofChat(archiveMove),
  ofChat(unarchiveMove),
  ofChat(messageMove),
]
