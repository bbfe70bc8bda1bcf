import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newDatabaseFolder, replaceDatabase, settleDatabase } from '../../src/cli/data-folder.js'
import { temporaryFolder } from '../support/temporary-folder.js'

async function write(folder: string, text: string): Promise<string> {
  await mkdir(folder)
  await writeFile(join(folder, 'text'), text)
  return folder
}

const textOf = (data: string) => readFile(join(data, 'database/text'), 'utf8')

test('a database takes the place of another, for good or until it is undone', async () => {
  const data = await temporaryFolder()
  const first = await replaceDatabase(data, await write(newDatabaseFolder(data), 'first'))
  await first.keep()
  expect(await textOf(data)).toBe('first')
  const second = await replaceDatabase(data, await write(newDatabaseFolder(data), 'second'))
  expect(await textOf(data)).toBe('second')
  await second.undo()
  expect(await textOf(data)).toBe('first')
  const third = await replaceDatabase(data, await write(newDatabaseFolder(data), 'third'))
  await third.keep()
  expect(await textOf(data)).toBe('third')
  expect(await readdir(data)).toEqual(['database'])
})

test('the only one that there ever was leaves none when it is undone', async () => {
  const data = await temporaryFolder()
  const made = await write(newDatabaseFolder(data), 'first')
  await (await replaceDatabase(data, made)).undo()
  expect(await readdir(data)).toEqual([])
})

test.each<[string, string, (data: string) => Promise<unknown>]>([
  ['while the new one was made', 'old', (data) => write(newDatabaseFolder(data), 'half')],
  [
    'when the old one was moved away, and the new one not yet there',
    'old',
    async (data) => {
      await write(newDatabaseFolder(data), 'new')
      await rename(join(data, 'database'), join(data, 'database.old'))
    },
  ],
  [
    'when the new one was there, and not yet kept',
    'old',
    async (data) => replaceDatabase(data, await write(newDatabaseFolder(data), 'new')),
  ],
])('what a process left that was killed %s is settled', async (_, left, kill) => {
  const data = await temporaryFolder()
  await write(join(data, 'database'), 'old')
  await kill(data)
  await settleDatabase(data)
  expect(await textOf(data)).toBe(left)
  expect(await readdir(data)).toEqual(['database'])
  await settleDatabase(data)
  expect(await textOf(data)).toBe(left)
})
