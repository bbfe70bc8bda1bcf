import { noChanges, pin, refuseUnready, settle } from './live-context.js'
import {
  type Chat,
  findAgent,
  findChat,
  inOrder,
  type Model,
  type Time,
  unarchived,
} from './model.js'

interface Target {
  readonly agentId: string | null
  readonly refresh: boolean
}

/** Binds a chat, archived or not, to an agent or to none. */
export function bind(
  model: Model,
  { chatId, ownerId, ...target }: Target & { readonly chatId: string; readonly ownerId?: string },
  now: Time,
) {
  if (target.agentId !== null) findAgent(model, target.agentId)
  const key = ownerId === undefined ? { chatId } : { chatId, ownerId }
  return bindAll(model, [findChat(model, key)], target, now)
}

/** Binds all unarchived chats of a workspace, which need not be there any more. */
export function rebindWorkspace(
  model: Model,
  { workspaceId, ...target }: Target & { readonly workspaceId: string },
  now: Time,
) {
  if (target.agentId !== null) findAgent(model, target.agentId)
  const chats = unarchived(model, (chat) => chat.workspaceId === workspaceId)
  return bindAll(model, chats, target, now)
}

/**
 * The build and the workspace follow from the agent. Pins stay; chats without pins are hydrated
 * and marks are set or cleared to match, or, with `refresh`, all pins are replaced.
 */
function bindAll(model: Model, chats: readonly Chat[], { agentId, refresh }: Target, now: Time) {
  const agent = agentId === null ? undefined : model.agents.get(agentId)!
  const bound = inOrder(chats).map(({ id }) => id)
  if (bound.length === 0) return { bound, refreshed: [], ...noChanges }
  if (refresh) refuseUnready(agent?.live)
  for (const chat of chats) {
    chat.agentId = agentId
    chat.buildId = agent?.buildId ?? null
    chat.workspaceId = agent ? model.builds.get(agent.buildId)!.workspaceId : null
  }
  if (!refresh) {
    return { bound, refreshed: [], ...settle(model, chats, now, { isBinding: true }) }
  }
  const had = inOrder(chats).map((chat) => ({ id: chat.id, pinned: chat.pinnedHash !== null }))
  for (const chat of chats) pin(model, chat, now)
  const refreshed = had.filter(({ pinned }) => pinned).map(({ id }) => id)
  const hydrated = had.filter(({ pinned }) => !pinned).map(({ id }) => id)
  return { bound, refreshed, ...noChanges, hydrated }
}
