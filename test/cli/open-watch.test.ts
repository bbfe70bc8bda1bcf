import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openWatch } from '../../src/cli/dev/watch-directory.js'
import { temporaryFolder } from '../support/temporary-folder.js'

test('changes that come together are one, and what is of no interest is none', async () => {
  const folder = await temporaryFolder()
  let works = 0
  const watched = await openWatch(folder, {
    isOfInterest: (path) => !path.endsWith('.log'),
    work: async () => {
      works += 1
    },
    failed: (error) => {
      throw error
    },
    // So long that no busy machine makes two of what is written here.
    quietMs: 1500,
  })
  await expect.poll(() => works).toBe(1)
  await writeFile(join(folder, 'seen.log'), 'x')
  for (let n = 0; n < 5; n++) {
    await writeFile(join(folder, `file-${n}`), 'x')
    await sleep(20)
  }
  await rename(join(folder, 'file-0'), join(folder, 'file-9'))
  await expect.poll(() => works, { timeout: 20_000 }).toBe(2)
  await sleep(1600)
  expect(works).toBe(2)
  await watched.close()
  await writeFile(join(folder, 'later'), 'x')
  await sleep(200)
  expect(works).toBe(2)
})

test('work that fails is done again until it does not, and its reason is told once', async () => {
  const folder = await temporaryFolder()
  const told: unknown[] = []
  let works = 0
  const watched = await openWatch(folder, {
    isOfInterest: () => true,
    work: async () => {
      works += 1
      if (works < 3) throw new Error('not yet')
    },
    failed: (error) => told.push(error),
  })
  await expect.poll(() => works, { timeout: 20_000 }).toBe(3)
  expect(told).toEqual([new Error('not yet')])
  await watched.close()
})
