import { createChat, fromPgTransaction } from 'driftpin'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import pg from 'pg'

const { DATABASE_URL, OWNER_ID: ownerId = '', AGENT_ID: agentId } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL })
pool.on('error', (error) => console.error('A connection was lost:', error.message))
const schema = 'chat'

const tickets = pgTable('tickets', { title: text().notNull(), chatId: uuid('chat_id') })

/** Drizzle's transaction hides its client. So it is given one, which the operations use too. */
async function openTicket(title: string): Promise<string> {
  const client = await pool.connect()
  let failed = true
  try {
    const chatId = await drizzle(client).transaction(async (transaction) => {
      await transaction.insert(tickets).values({ title })
      const { chat } = await createChat(fromPgTransaction(client, { schema }), {
        ...{ ownerId, title },
        ...(agentId && { agentId }),
      })
      await transaction.update(tickets).set({ chatId: chat.id }).where(eq(tickets.title, title))
      return chat.id
    })
    failed = false
    return chatId
  } finally {
    client.release(failed)
  }
}

try {
  console.log(JSON.stringify({ chatId: await openTicket('with Drizzle') }))
} finally {
  await pool.end()
}
