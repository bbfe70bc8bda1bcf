import { type Queryable, quoteIdentifier } from '../../database/index.js'
import { fillChat } from '../../harness/index.js'
import { type Catalog, readCatalog } from '../../migrations/index.js'
import type { ChatSeed } from './chat.js'

/**
 * Inserts a chat with rows in the chat-scoped tables, which are read from the catalog, so that a
 * table that is added tomorrow is filled too. It is hydrated, wherever chats can be.
 *
 * A table gets the rows that the seed says, but for two: one that can have a single row for a
 * chat gets at most one, and one that rows of another refer to gets at least one then.
 *
 * @param options.catalog The catalog, where it was read already: to read it takes longer than to
 * insert a chat, so for many chats read it once.
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
      ['context_aggregate_hash', seed.pinnedHash],
    ])
    const chats = catalog.tables.find(({ name }) => name === 'chats')!
    // Before the hydration migration there is no hash.
    const present = chats.columns.map(({ name }) => name).filter((name) => columns.has(name))
    const { rows } = await transaction.query<{ id: string }>(
      `INSERT INTO ${quoteIdentifier(queryable.schema)}.chats (${present.map(quoteIdentifier)})
       VALUES (${present.map((_, index) => `$${index + 1}`)}) RETURNING id`,
      present.map((name) => columns.get(name)),
    )
    const { id } = rows[0]!
    const rowsAt = (position: number) => seed.rows[position % seed.rows.length] ?? 0
    await fillChat(transaction, id, { catalog, rowsAt })
    return id
  })
}
