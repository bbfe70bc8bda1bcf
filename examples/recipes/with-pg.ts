import { assertSchemaCurrent, createChat, fromPg, fromPgTransaction, prompt } from 'driftpin'
import pg from 'pg'

const { DATABASE_URL, OWNER_ID: ownerId = '', AGENT_ID: agentId } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL })
// Without this listener, losing an idle connection would end the process.
pool.on('error', (error) => console.error('A connection was lost:', error.message))

const schema = 'chat'
const database = fromPg(pool, { schema })
await assertSchemaCurrent(database)

/** Creates a ticket and its chat in one transaction: both or neither. */
async function openTicket(title: string): Promise<string> {
  const client = await pool.connect()
  let failed = true
  try {
    await client.query('BEGIN')
    await client.query('INSERT INTO tickets (title) VALUES ($1)', [title])
    const { chat } = await createChat(fromPgTransaction(client, { schema }), {
      ...{ ownerId, title },
      ...(agentId && { agentId }),
    })
    await client.query('UPDATE tickets SET chat_id = $1 WHERE title = $2', [chat.id, title])
    await client.query('COMMIT')
    failed = false
    return chat.id
  } finally {
    if (failed) await client.query('ROLLBACK').catch(() => {})
    client.release(failed)
  }
}

try {
  const chatId = await openTicket('with pg')
  // Outside a transaction, an operation opens its own and retries it after a deadlock.
  const { text } = await prompt(database, { chatId, ownerId })
  console.log(JSON.stringify({ chatId, promptLength: text.length }))
} finally {
  await pool.end()
}
