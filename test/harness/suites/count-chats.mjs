import { createChat } from 'driftpin'

export const ownerId = '6a9b8c1e-0000-4000-8000-000000000001'

export const addChat = (db, title = 'a chat') => createChat(db, { ownerId, title })

export async function countChats(db) {
  const { rows } = await db.query('SELECT count(*)::int AS n FROM chats')
  return rows[0].n
}
