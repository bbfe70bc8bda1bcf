import { type Chat, findChat, liveOf, type Model, Refusal, type Resource } from './model.js'

type Key = { readonly chatId: string; readonly ownerId?: string }

/** Marked, not archived, and bound to an agent with a snapshot. */
export function isDirty(model: Model, chat: Chat): boolean {
  return chat.dirtySince !== null && !chat.archived && liveOf(model, chat) !== undefined
}

/** An owner's chats, newest first, ties by id. */
export function listChats(
  model: Model,
  { ownerId, archived }: { readonly ownerId: string; readonly archived?: boolean | undefined },
): string[] {
  return [...model.chats.values()]
    .filter((chat) => chat.ownerId === ownerId)
    .filter((chat) => archived === undefined || chat.archived === archived)
    .sort((a, b) =>
      a.updatedAt === b.updatedAt ? order(a.id, b.id) : order(b.updatedAt, a.updatedAt),
    )
    .map(({ id }) => id)
}

const order = (a: string, b: string) => (a < b ? -1 : 1)

/** By source: what is live alone, what is pinned alone, and what differs in what a diff compares. */
export function diff(model: Model, key: Key) {
  const chat = findChat(model, key)
  const live = liveOf(model, chat)
  if (!live) throw new Refusal('no_live_context')
  const { pins } = chat
  const sources = inByteOrder([...new Set([...pins.keys(), ...live.resources.keys()])])
  const differing = sources.filter((source) => {
    const [pin, now] = [pins.get(source), live.resources.get(source)]
    return !pin || !now || compared(pin) !== compared(now)
  })
  return {
    chat: chat.id,
    hydrated: chat.pinnedHash !== null,
    added: differing.filter((source) => !pins.has(source)),
    removed: differing.filter((source) => !live.resources.has(source)),
    modified: differing.filter((source) => pins.has(source) && live.resources.has(source)),
  }
}

const compared = ({ kind, contentHash, sizeBytes, status }: Resource) =>
  [kind, contentHash, sizeBytes, status].join(' ')

/** The order of COLLATE "C": by the bytes of UTF-8. */
export function inByteOrder(sources: readonly string[]): string[] {
  return [...sources].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
