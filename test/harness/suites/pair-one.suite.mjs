import { access, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { test } from './chat-test.mjs'
import { addChat, countChats } from './count-chats.mjs'

test('one has its own database while two runs', async ({ db }) => {
  await addChat(db)
  await writeFile('met-one', '')
  // Alone in the run there is nobody to wait for.
  while (process.env.MEET) {
    if (
      await access('met-two').then(
        () => true,
        () => false,
      )
    )
      break
    await sleep(10)
  }
  expect(await countChats(db)).toBe(1)
})
