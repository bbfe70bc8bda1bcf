import { enums } from '../../schema/index.js'
import { type Chat, findChat, liveOf, type Model } from './model.js'
import { toDate } from './time.js'

/** Marked, not archived, and bound to an agent with a snapshot. */
export function isDirty(model: Model, chat: Chat): boolean {
  return chat.dirtySince !== null && !chat.archived && liveOf(model, chat) !== undefined
}

/** What a chat says of its pins, without them: how many there are by kind and status. */
export function getChatContext(
  model: Model,
  key: { readonly chatId: string; readonly ownerId?: string },
) {
  const chat = findChat(model, key)
  const dirty = isDirty(model, chat)
  return {
    chat: chat.id,
    hydrated: chat.pinnedHash !== null,
    aggregateHash: chat.pinnedHash,
    dirty,
    dirtySince: dirty ? toDate(chat.dirtySince!) : null,
    error: chat.error,
    counts: countsOf(chat),
  }
}

/** In the order of the enums. */
function countsOf({ pins }: Chat) {
  const kinds = enums.workspace_agent_context_body_kind
  const statuses = enums.workspace_agent_context_resource_status
  return kinds.flatMap((kind) =>
    statuses.flatMap((status) => {
      const count = [...pins.values()].filter(
        (pin) => pin.kind === kind && pin.status === status,
      ).length
      return count === 0 ? [] : [{ kind, status, count }]
    }),
  )
}
