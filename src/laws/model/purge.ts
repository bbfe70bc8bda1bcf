import { type Chat, findChat, type Model, type Time } from './model.js'

/** Deletes a chat, archived or not. */
export function deleteChat(
  model: Model,
  key: { readonly chatId: string; readonly ownerId?: string },
) {
  const chat = findChat(model, key)
  model.chats.delete(chat.id)
  return { chat: chat.id }
}

/** The archived chats last updated strictly before a time, oldest first, ties by id. */
export function expired(model: Model, before: Time): Chat[] {
  const order = ({ updatedAt, id }: Chat) => `${updatedAt} ${id}`
  return [...model.chats.values()]
    .filter((chat) => chat.archived && chat.updatedAt < before)
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

/** Deletes the oldest of the expired chats, at most `limit`. */
export function purge(
  model: Model,
  { before, limit }: { readonly before: Time; readonly limit: number },
) {
  const purged = expired(model, before).slice(0, limit)
  for (const { id } of purged) model.chats.delete(id)
  return { purged: purged.map(({ id }) => id) }
}

/** Purges batch after batch until nothing is expired. No retention keeps everything. */
export function purgeExpired(
  model: Model,
  { before, limit }: { readonly before: Time | undefined; readonly limit: number },
) {
  let purged = 0
  let batches = 0
  while (before !== undefined) {
    const batch = purge(model, { before, limit }).purged.length
    if (batch === 0) break
    purged += batch
    batches += 1
  }
  return { purged, batches, busy: false }
}
