import { settle } from './live-context.js'
import { type Chat, findAgent, type Model, Refusal, type Time } from './model.js'

/** A chat that is bound to an agent has its build and workspace, and is hydrated if it pushed. */
export function createChat(
  model: Model,
  params: {
    readonly id: string
    readonly ownerId: string
    readonly agentId?: string | undefined
    readonly workspaceId?: string | undefined
    readonly title?: string | undefined
    readonly status?: string | undefined
  },
  now: Time,
) {
  const { id, ownerId, agentId, workspaceId } = params
  const agent = agentId === undefined ? undefined : findAgent(model, agentId)
  if (workspaceId !== undefined && !model.workspaces.has(workspaceId)) {
    throw new Refusal('workspace_not_found')
  }
  if (model.chats.has(id)) throw new Refusal('23505')
  const chat: Chat = {
    id,
    ownerId,
    title: params.title ?? 'New Chat',
    status: params.status ?? 'waiting',
    createdAt: now,
    updatedAt: now,
    workspaceId: agent ? model.builds.get(agent.buildId)!.workspaceId : (workspaceId ?? null),
    buildId: agent?.buildId ?? null,
    agentId: agent?.id ?? null,
    archived: false,
    pinnedHash: null,
    dirtySince: null,
    error: '',
    pins: new Map(),
    messages: [],
  }
  model.chats.set(id, chat)
  return { chat: id, hydrated: settle(model, [chat], now).hydrated.length === 1 }
}
