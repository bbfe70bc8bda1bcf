// There is no adapter for postgres.js, for a reason: if a reserved connection is lost, its next
// statement throws outside of every promise and ends the process (3.4.9). The outcome of a
// transaction would be unknown. A small pool of pg runs the operations instead.
import { createChat, fromPg } from 'driftpin'
import pg from 'pg'
import postgres from 'postgres'

const { DATABASE_URL = '', OWNER_ID: ownerId = '', AGENT_ID: agentId } = process.env
const sql = postgres(DATABASE_URL)
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 4 })
pool.on('error', (error) => console.error('A connection was lost:', error.message))
const database = fromPg(pool, { schema: 'chat' })

/** A row that must share a transaction with an operation is written by driftpin's client. */
async function openTicket(title: string): Promise<string> {
  return await database.transaction(async (transaction) => {
    await transaction.query('INSERT INTO tickets (title) VALUES ($1)', [title])
    const { chat } = await createChat(transaction, {
      ...{ ownerId, title },
      ...(agentId && { agentId }),
    })
    await transaction.query('UPDATE tickets SET chat_id = $1 WHERE title = $2', [chat.id, title])
    return chat.id
  })
}

try {
  const chatId = await openTicket('with postgres.js')
  // Everything else still uses postgres.js.
  const [ticket] = await sql`SELECT title FROM tickets WHERE chat_id = ${chatId}`
  console.log(JSON.stringify({ chatId, title: ticket?.title }))
} finally {
  await Promise.all([sql.end(), pool.end()])
}
