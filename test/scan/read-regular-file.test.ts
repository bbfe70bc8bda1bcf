import { appendFile, lstat, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRegularFile } from '../../src/scan/read-candidate.js'
import { makeTree, type TreeEntry } from './make-tree.js'
import { sha256 } from './sha256.js'

const statsOf = (path: string) => lstat(path, { bigint: true })

async function makeFile(entry: TreeEntry): Promise<string> {
  return join(await makeTree({ file: entry }), 'file')
}

test('a file replaced by a FIFO after it was seen is not waited for', async () => {
  const root = await makeTree({ file: 'x', pipe: { a: 'FIFO' } })
  const seen = await statsOf(join(root, 'file'))
  await rename(join(root, 'pipe'), join(root, 'file'))
  expect(await readRegularFile(Buffer.from(join(root, 'file')), seen)).toBeUndefined()
})

test('a FIFO is never read, not even one that was seen to be one', async () => {
  const path = await makeFile({ a: 'FIFO' })
  expect(await readRegularFile(Buffer.from(path), await statsOf(path))).toBeUndefined()
})

test('a file replaced by a link after it was seen is not followed', async () => {
  const path = await makeFile('x')
  const seen = await statsOf(path)
  await rm(path)
  await symlink('/etc/passwd', path)
  await expect(readRegularFile(Buffer.from(path), seen)).rejects.toMatchObject({ code: 'ELOOP' })
})

test('a file replaced by another after it was seen is to be looked at again', async () => {
  const root = await makeTree({ file: 'x', other: 'y' })
  const seen = await statsOf(join(root, 'file'))
  await rename(join(root, 'other'), join(root, 'file'))
  expect(await readRegularFile(Buffer.from(join(root, 'file')), seen)).toBeUndefined()
})

test('a directory that became a link on the way to the same file is noticed', async () => {
  const root = await makeTree({ 'inside/file': 'x', elsewhere: { a: 'directory' } })
  const path = join(root, 'inside/file')
  const seen = await statsOf(path)
  await rename(path, join(root, 'elsewhere/file'))
  await rm(join(root, 'inside'), { recursive: true })
  await symlink('elsewhere', join(root, 'inside'))
  expect(await readRegularFile(Buffer.from(path), seen)).toBeUndefined()
})

test('of a file that grows while it is read size and hash are of the same bytes', async () => {
  const whole = Buffer.alloc(4 * 2 ** 20, 'abc')
  const path = await makeFile(whole)
  const reading = readRegularFile(Buffer.from(path), await statsOf(path))
  const growing = appendFile(path, Buffer.alloc(2 ** 20, 'd'))
  const read = (await reading)!
  await growing
  const all = Buffer.concat([whole, Buffer.alloc(2 ** 20, 'd')])
  expect(read.sizeBytes).toBeGreaterThanOrEqual(whole.length)
  expect(read.contentHash).toEqual(sha256(all.subarray(0, read.sizeBytes)))
})

test('of a file that shrinks while it is read size and hash are of the same bytes', async () => {
  const whole = Buffer.alloc(4 * 2 ** 20, 'abc')
  const path = await makeFile(whole)
  const reading = readRegularFile(Buffer.from(path), await statsOf(path))
  await truncate(path, 1000)
  const read = (await reading)!
  expect(read.contentHash).toEqual(sha256(whole.subarray(0, read.sizeBytes)))
})

test('a file that was empty when it was seen is read as far as it goes by now', async () => {
  const path = await makeFile('')
  const seen = await statsOf(path)
  await writeFile(path, 'by now')
  expect(await readRegularFile(Buffer.from(path), seen)).toEqual({
    content: Buffer.from('by now'),
    contentHash: sha256('by now'),
    sizeBytes: 6,
  })
})
