import fc from 'fast-check'
import { type ChatStatus, enums, limits } from '../../schema/index.js'
import { text } from './text.js'

/**
 * A chat with everything that belongs to it, for {@link insertChat}.
 *
 * @example
 * ```ts
 * const seeds: ChatSeed[] = fc.sample(chat(), 3)
 * for (const seed of seeds) await insertChat(database, seed)
 * ```
 */
export interface ChatSeed {
  /** Whose chat it will be. */
  readonly ownerId: string
  /** Any text that PostgreSQL can store. */
  readonly title: string
  /** Any status. */
  readonly status: ChatStatus
  /** Whether it is archived. */
  readonly archived: boolean
  /** Not after `updatedAt`. */
  readonly createdAt: Date
  /** Not before `createdAt`. */
  readonly updatedAt: Date
  /** The aggregate hash that its pins were taken at, 1 to 64 bytes. */
  readonly pinnedHash: Uint8Array
  /**
   * How many rows each chat-scoped table gets, 0 to 3: the first of the catalog the first number,
   * and so on, beginning again after the last number.
   */
  readonly rows: readonly number[]
}

const day = 24 * 60 * 60 * 1000
const start = Date.UTC(2026, 0, 1)

/**
 * Chats of any owner, status and age, bound to nothing, with rows in the chat-scoped tables.
 * Shrinks to an untitled chat of 2026-01-01 without rows.
 *
 * @example
 * ```ts
 * fc.assert(
 *   fc.asyncProperty(chat(), async (seed) => {
 *     const chatId = await insertChat(database, seed)
 *     await deleteChat(database, { chatId })
 *   }),
 * )
 * ```
 */
export function chat(): fc.Arbitrary<ChatSeed> {
  return fc
    .record({
      ownerId: fc.uuid(),
      title: text({ bytesMax: limits.titleBytesMax }),
      status: fc.constantFrom(...enums.chat_status),
      archived: fc.boolean(),
      days: fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(day - 1)),
      pinnedHash: fc.uint8Array({ minLength: 1, maxLength: limits.hashBytesMax }),
      rows: fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }),
    })
    .map(({ days: [before, after, ms], ...seed }) => ({
      ...seed,
      createdAt: new Date(start - before * day),
      updatedAt: new Date(start + after * day + ms),
    }))
}
