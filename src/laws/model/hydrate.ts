import { type Changes, settle } from './live-context.js'
import { findChat, type Model, Refusal, type Time, unarchived } from './model.js'

type Which = { readonly agentId: string } | { readonly chatId: string; readonly ownerId?: string }

/** Hydrates and settles the chats of an agent, deleted softly or not, or one chat. */
export function hydrate(model: Model, which: Which, now: Time): Changes {
  if (!('agentId' in which)) return settle(model, [findChat(model, which)], now)
  const { agentId } = which
  if (!model.agents.has(agentId)) throw new Refusal('agent_not_found')
  return settle(
    model,
    unarchived(model, (chat) => chat.agentId === agentId),
    now,
  )
}
