import fc from 'fast-check'
import { type Catalog, readCatalog } from '../../catalog/index.js'
import type { NewMessage } from '../../context/index.js'
import { type Queryable, quoteIdentifier, type Transaction } from '../../database/index.js'
import { fillChat } from '../../harness/index.js'
import { type ChatStatus, enums, kindHashes, limits } from '../../schema/index.js'
import { jsonValue } from './json.js'
import { text } from './text.js'

/**
 * A chat and the rows that belong to it, for {@link insertChat}.
 *
 * @example
 * ```ts
 * const seeds: ChatSeed[] = fc.sample(chat(), 3)
 * for (const seed of seeds) await insertChat(database, seed)
 * ```
 */
export interface ChatSeed {
  /** The owner of the chat. */
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
  /**
   * How many rows each chat-scoped table gets, 0 to 3, in the order of the catalog. The list is
   * repeated if there are more tables than numbers.
   */
  readonly rows: readonly number[]
}

const day = 24 * 60 * 60 * 1000
const start = Date.UTC(2026, 0, 1)

/**
 * Unbound chats of any owner, status and age, with rows in the chat-scoped tables.
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
      rows: fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }),
    })
    .map(({ days: [before, after, ms], ...seed }) => ({
      ...seed,
      createdAt: new Date(start - before * day),
      updatedAt: new Date(start + after * day + ms),
    }))
}

/**
 * Inserts a chat with rows in the chat-scoped tables. The tables are read from the catalog, so that
 * a table that a later migration adds is filled too. If the schema has the hydration columns, the
 * chat is hydrated.
 *
 * A table gets the number of rows that the seed says, with two exceptions: a table that can have
 * only one row per chat gets at most one, and a table that other rows refer to gets at least one.
 *
 * @param options.catalog The catalog, if it was read before. Reading it takes longer than inserting
 * a chat.
 * @returns The id of the chat.
 *
 * @example
 * ```ts
 * const [seed] = fc.sample(chat(), 1)
 * const chatId = await insertChat(database, seed!)
 * ```
 */
export async function insertChat(
  queryable: Queryable,
  seed: ChatSeed,
  options: { readonly catalog?: Catalog } = {},
): Promise<string> {
  return await queryable.transaction(async (transaction) => {
    const catalog = options.catalog ?? (await readCatalog(transaction))
    const columns = new Map<string, unknown>([
      ['owner_id', seed.ownerId],
      ['title', seed.title],
      ['status', seed.status],
      ['archived', seed.archived],
      ['created_at', seed.createdAt],
      ['updated_at', seed.updatedAt],
    ])
    const chats = catalog.tables.find(({ name }) => name === 'chats')!
    // The columns that the schema has: an early version has no hydration columns.
    const present = chats.columns.map(({ name }) => name).filter((name) => columns.has(name))
    const { rows } = await transaction.query<{ id: string }>(
      `INSERT INTO ${quoteIdentifier(queryable.schema)}.chats (${present.map(quoteIdentifier)})
       VALUES (${present.map((_, index) => `$${index + 1}`)}) RETURNING id`,
      present.map((name) => columns.get(name)),
    )
    const { id } = rows[0]!
    const rowsIn = (_: string, place: number) => seed.rows[place % seed.rows.length] ?? 0
    await fillChat(transaction, id, { catalog, rowsIn })
    if (chats.columns.some(({ name }) => name === 'context_hashes')) await stamp(transaction, id)
    return id
  })
}

/** Gives a chat the hashes of its pins. */
async function stamp(transaction: Transaction, id: string): Promise<void> {
  const table = (name: string) => `${quoteIdentifier(transaction.schema)}.${quoteIdentifier(name)}`
  const { rows: pins } = await transaction.query<Parameters<typeof kindHashes>[0][number]>(
    `SELECT source, body_kind AS kind, content_hash AS "contentHash", status
     FROM ${table('chat_context_resources')} WHERE chat_id = $1`,
    [id],
  )
  const hashes = JSON.stringify(await kindHashes(pins))
  await transaction.query(`UPDATE ${table('chats')} SET context_hashes = $2 WHERE id = $1`, [
    id,
    hashes,
  ])
}

/**
 * Messages that `addMessages` accepts: of every role, with JSON content below 4 KiB or without
 * content.
 * Shrinks to a system message without content.
 *
 * @example
 * ```ts
 * const messages = fc.array(message(), { minLength: 1, maxLength: 5 })
 * ```
 */
export function message(): fc.Arbitrary<NewMessage> {
  return fc.record(
    { role: fc.constantFrom(...enums.chat_message_role), content: jsonValue() },
    { requiredKeys: ['role'] },
  )
}
