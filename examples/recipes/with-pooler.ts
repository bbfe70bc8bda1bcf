// PgBouncer in transaction mode assigns a connection for one transaction at a time. Operations work
// through it, because each is one transaction and uses no prepared statements. Migrations and
// listening need a session, so they connect directly, with few connections.
import { createChat, fromPg, notificationChannel } from 'driftpin'
import pg from 'pg'

const { DATABASE_URL, DIRECT_DATABASE_URL, OWNER_ID: ownerId = '', AGENT_ID: agentId } = process.env
const schema = 'chat'
const pooled = new pg.Pool({ connectionString: DATABASE_URL, max: 20 })
const direct = new pg.Pool({ connectionString: DIRECT_DATABASE_URL, max: 2 })
for (const pool of [pooled, direct]) {
  pool.on('error', (error) => console.error('A connection was lost:', error.message))
}
const database = fromPg(pooled, { schema })

try {
  let hear = (_: string) => {}
  const heard = new Promise<string>((resolve) => {
    hear = resolve
  })
  const stop = await fromPg(direct, { schema }).listen(
    notificationChannel(schema),
    hear,
    // After this, a backend listens again and reads the changes that it may have missed.
    { onError: (error) => console.error('Listening has ended:', error) },
  )
  const { chat } = await createChat(database, {
    ...{ ownerId, title: 'with a pooler', notify: true },
    ...(agentId && { agentId }),
  })
  console.log(JSON.stringify({ chatId: chat.id, heard: JSON.parse(await heard) }))
  await stop()
} finally {
  await Promise.all([pooled.end(), direct.end()])
}
