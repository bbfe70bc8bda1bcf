import { access, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { test } from './chat-test.mjs'
import { addChat, countChats } from './count-chats.mjs'

test('two has its own database while one runs', async ({ db }) => {
  await addChat(db)
  await writeFile('met-two', '')
  // Alone in the run there is nobody to wait for.
  while (process.env.MEET) {
    if (
      await access('met-one').then(
        () => true,
        () => false,
      )
    )
      break
    await sleep(10)
  }
  expect(await countChats(db)).toBe(1)
})
