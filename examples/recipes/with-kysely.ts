import { createChat, type DriftpinTables, fromPgTransaction } from 'driftpin'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

const { DATABASE_URL, OWNER_ID: ownerId = '', AGENT_ID: agentId } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL })
pool.on('error', (error) => console.error('A connection was lost:', error.message))
const schema = 'chat'

interface Tables {
  tickets: { title: string; chat_id: string | null }
}

/**
 * A Kysely on one given client. Kysely hides the client of its transactions. With a given client,
 * Kysely and the operations work in the same transaction.
 */
async function withKysely<T>(
  work: (kysely: Kysely<Tables>, client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  const held = { query: client.query.bind(client), release: () => {} } as pg.PoolClient
  const dialect = new PostgresDialect({ pool: { connect: async () => held, end: async () => {} } })
  let failed = true
  try {
    const result = await work(new Kysely<Tables>({ dialect }), client)
    failed = false
    return result
  } finally {
    client.release(failed)
  }
}

async function openTicket(title: string): Promise<string> {
  return await withKysely((kysely, client) =>
    kysely.transaction().execute(async (transaction) => {
      await transaction.insertInto('tickets').values({ title, chat_id: null }).execute()
      const { chat } = await createChat(fromPgTransaction(client, { schema }), {
        ...{ ownerId, title },
        ...(agentId && { agentId }),
      })
      await transaction
        .updateTable('tickets')
        .set({ chat_id: chat.id })
        .where('title', '=', title)
        .execute()
      return chat.id
    }),
  )
}

try {
  const chatId = await openTicket('with Kysely')
  // Queries can use the types of driftpin's tables.
  const chats = new Kysely<DriftpinTables>({ dialect: new PostgresDialect({ pool }) })
  const { title } = await chats
    .withSchema(schema)
    .selectFrom('chats')
    .select('title')
    .where('id', '=', chatId)
    .executeTakeFirstOrThrow()
  console.log(JSON.stringify({ chatId, title }))
} finally {
  await pool.end()
}
