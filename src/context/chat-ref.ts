/** Which chat something happened to, and whose it is. */
export interface ChatRef {
  readonly id: string
  readonly ownerId: string
}

/** A chat's id and owner, as a row has them. */
export interface ChatRefRow {
  readonly id: string
  readonly owner_id: string
}

export function chatRef({ id, owner_id }: ChatRefRow): ChatRef {
  return { id, ownerId: owner_id }
}

/** What an operation did to the context of chats, each list by ascending id. */
export interface ContextChanges {
  /** Pinned for the first time. */
  readonly hydrated: readonly ChatRef[]
  /** Marked: the live context now differs from their pins. */
  readonly dirtied: readonly ChatRef[]
  /** Mark taken off: the live context agrees with their pins again, or there is none. */
  readonly settled: readonly ChatRef[]
}
