import { databaseTest, test } from 'driftpin/vitest'
import { expect } from 'vitest'
import { addChat, countChats } from './count-chats.mjs'

test('is refused', async ({ db }) => {
  await addChat(db)
})

databaseTest({ threads: 'allow' })('is allowed', async ({ db }) => {
  await addChat(db)
  expect(await countChats(db)).toBe(1)
})
