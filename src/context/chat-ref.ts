import { DriftpinError } from '../errors.js'

/**
 * A chat and its owner.
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
  /** The user of the host who owns the chat. */
  readonly ownerId: string
}

/** A chat's id and owner without the other columns of a row. */
export const chatRef = ({ id, ownerId }: ChatRef): ChatRef => ({ id, ownerId })

/**
 * The chats whose context an operation changed, each list by ascending id.
 *
 * @example
 * ```ts
 * const count = ({ hydrated, dirtied, settled }: ContextChanges) =>
 *   hydrated.length + dirtied.length + settled.length
 * console.log(count(await push(database, { agentId, version: 3, resources: [] })))
 * ```
 */
export interface ContextChanges {
  /** Chats that were pinned for the first time. */
  readonly hydrated: readonly ChatRef[]
  /** Chats whose rows of followed kinds were made equal to the live context. */
  readonly followed: readonly ChatRef[]
  /** Chats that are now marked dirty: the live context differs in a kind that they pin. */
  readonly dirtied: readonly ChatRef[]
  /** Chats whose mark was cleared: the live context equals their pins again, or there is none. */
  readonly settled: readonly ChatRef[]
}

/** Nothing changed. */
export const noChanges: ContextChanges = { hydrated: [], followed: [], dirtied: [], settled: [] }

/** The same error for a chat that never existed, a deleted chat and a chat of another owner. */
export function chatNotFound(chatId: string): DriftpinError {
  return new DriftpinError(
    'chat_not_found',
    `There is no chat ${chatId} for this owner. It may have been deleted or purged.`,
    { chatId },
  )
}
