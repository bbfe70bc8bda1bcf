import { DriftpinError } from '../errors.js'

/**
 * Which chat something happened to, and whose it is.
 *
 * @example
 * ```ts
 * const tell = ({ id, ownerId }: ChatRef) => console.log(`chat ${id} of ${ownerId} is dirty`)
 * const { dirtied } = await push(database, { agentId, version: 2, resources: [] })
 * dirtied.forEach(tell)
 * ```
 */
export interface ChatRef {
  /** The id of the chat. */
  readonly id: string
  /** The user of the host whose chat it is. */
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

/**
 * What an operation did to the context of chats, each list by ascending id.
 *
 * @example
 * ```ts
 * const count = ({ hydrated, dirtied, settled }: ContextChanges) =>
 *   hydrated.length + dirtied.length + settled.length
 * console.log(count(await push(database, { agentId, version: 3, resources: [] })))
 * ```
 */
export interface ContextChanges {
  /** Pinned for the first time. */
  readonly hydrated: readonly ChatRef[]
  /** Marked: the live context now differs from their pins. */
  readonly dirtied: readonly ChatRef[]
  /** Mark taken off: the live context agrees with their pins again, or there is none. */
  readonly settled: readonly ChatRef[]
}

/** The same error for a chat that never existed, a deleted chat and a chat of another owner. */
export function chatNotFound(chatId: string): DriftpinError {
  return new DriftpinError(
    'chat_not_found',
    `There is no chat ${chatId} for this owner. It may have been deleted or purged.`,
    { chatId },
  )
}
