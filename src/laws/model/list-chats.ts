import type { Model } from './model.js'

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
