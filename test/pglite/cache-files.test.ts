import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeOnce } from '../../src/pglite/file-lock.js'
import { ImageCache } from '../../src/pglite/image-cache.js'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

/** A name as images have them. */
const name = (number: number) => number.toString(16).padStart(64, '0')
const image = (number: number) => `${name(number)}.image`
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

async function put(folder: string, file: string, changedAt: Date) {
  await writeFile(join(folder, file), 'x')
  await utimes(join(folder, file), changedAt, changedAt)
}

test("what is written can be read, is nobody else's to read, and leaves no other file", async () => {
  const folder = join(await temporaryFolder(), 'made', 'on', 'demand')
  const cache = new ImageCache(folder)
  expect(await cache.read(image(1), String)).toBeUndefined()
  await cache.write(image(1), [Buffer.from('one'), new Uint8Array(), Buffer.from(' two')])
  expect(await cache.read(image(1), String)).toBe('one two')
  expect(await readdir(folder)).toEqual([image(1)])
  expect((await stat(join(folder, image(1)))).mode & 0o777).toBe(0o600)
  await cache.remove(image(1))
  expect(await readdir(folder)).toEqual([])
})

test('of more than twelve images the one that was not used for longest is removed', async () => {
  const folder = await temporaryFolder()
  for (let number = 0; number < 12; number++) {
    await put(folder, number % 2 ? image(number) : `plain-${name(number)}.tar`, minutesAgo(number))
  }
  const cache = new ImageCache(folder)
  // Reading the oldest makes it the newest.
  expect(await cache.read(image(11), String)).toBeDefined()
  await cache.write(image(99), [Buffer.from('new')])
  const left = await readdir(folder)
  expect(left).toHaveLength(12)
  expect(left).toContain(image(11))
  expect(left).toContain(image(99))
  expect(left).not.toContain(`plain-${name(10)}.tar`)
})

test('unfinished files and locks of long ago are removed, and those of now are not', async () => {
  const folder = await temporaryFolder()
  const tmp = (number: number) => `${image(number)}.4711.${crypto.randomUUID()}.tmp`
  const [old, recent] = [tmp(1), tmp(2)]
  await put(folder, old, minutesAgo(11))
  await put(folder, recent, minutesAgo(1))
  await put(folder, `${name(3)}.lock`, minutesAgo(11))
  await put(folder, `${name(4)}.lock`, minutesAgo(1))
  await new ImageCache(folder).write(image(5), [Buffer.from('new')])
  expect((await readdir(folder)).sort()).toEqual([recent, `${name(4)}.lock`, image(5)].sort())
})

test('files of others in the same folder are never removed', async () => {
  const folder = await temporaryFolder()
  const others = ['backup.tar', 'disk.image', 'draft.tmp', 'package.lock', `${name(1)}.txt`]
  for (const file of others) await put(folder, file, minutesAgo(1000))
  for (let number = 0; number < 14; number++) await put(folder, `b${number}.tar`, minutesAgo(99))
  await new ImageCache(folder).write(image(5), [Buffer.from('new')])
  expect(await readdir(folder)).toHaveLength(others.length + 14 + 1)
})

const mounted: string[] = []
afterAll(async () => {
  for (const folder of mounted) await run('umount', [folder])
})

test.each([
  [
    'below a file',
    async (folder: string) => {
      await writeFile(join(folder, 'file'), 'x')
      return join(folder, 'file', 'cache')
    },
  ],
  [
    'that is a file',
    async (folder: string) => {
      await writeFile(join(folder, 'file'), 'x')
      return join(folder, 'file')
    },
  ],
  ['that nobody can make', async () => '/sys/driftpin'],
])('a folder %s is refused with what to do', async (_, where) => {
  const folder = await temporaryFolder()
  const directory = await where(folder)
  const before = await readdir(folder)
  await expect(new ImageCache(directory).write(image(1), [Buffer.from('x')])).rejects.toMatchObject(
    {
      name: 'DriftpinError',
      code: 'cache_unwritable',
      message: expect.stringContaining('cacheDirectory: false'),
      cause: { code: expect.any(String) },
    },
  )
  expect(await readdir(folder)).toEqual(before)
})

test('a full disk is told, and nothing half written is left on it', async (context) => {
  const folder = await temporaryFolder()
  const { code } = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  if (code !== 0) return context.skip('Only root can mount a small disk.')
  mounted.push(folder)
  const cache = new ImageCache(folder)
  await cache.write(image(1), [Buffer.alloc(500_000, 1)])
  const parts = [Buffer.alloc(400_000), Buffer.alloc(400_000)]
  await expect(cache.write(image(2), parts)).rejects.toMatchObject({
    code: 'cache_unwritable',
    message: expect.stringContaining(folder),
    cause: { code: 'ENOSPC' },
  })
  expect(await readdir(folder)).toEqual([image(1)])
  await run('umount', [folder])
  mounted.pop()
})

test("a lock that a full disk has no room for is nobody's, and keeps nobody waiting", async (context) => {
  const folder = await temporaryFolder()
  const { code } = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  if (code !== 0) return context.skip('Only root can mount a small disk.')
  mounted.push(folder)
  await writeFile(join(folder, 'full'), Buffer.alloc(1024 * 1024))
  expect(await makeOnce(folder, name(1), making().ways)).toBe('made')
  expect(await readdir(folder)).toEqual(['full'])
  await run('umount', [folder])
  mounted.pop()
})

/** Counts how often something is made that is found once it is there. */
function making() {
  const made = { times: 0, value: undefined as string | undefined }
  return {
    made,
    ways: {
      find: async () => made.value,
      make: async () => {
        made.times++
        await new Promise((resolve) => setTimeout(resolve, 200))
        made.value = 'made'
        return made.value
      },
    },
  }
}

test('what several ask for at once is made once, even where the folder is not there yet', async () => {
  const folder = join(await temporaryFolder(), 'new')
  const { made, ways } = making()
  const all = [1, 2, 3, 4].map(() => makeOnce(folder, name(1), ways))
  expect(await Promise.all(all)).toEqual(['made', 'made', 'made', 'made'])
  expect(made.times).toBe(1)
  expect(await readdir(folder)).toEqual([])
})

test('a lock is given back when making fails, and the next one makes it', async () => {
  const folder = await temporaryFolder()
  const { ways } = making()
  const failing = { ...ways, make: () => Promise.reject(new Error('no')) }
  await expect(makeOnce(folder, name(1), failing)).rejects.toThrow('no')
  expect(await readdir(folder)).toEqual([])
  expect(await makeOnce(folder, name(1), ways)).toBe('made')
})

test.each([
  ['of a dead process', '999999999', 0],
  ['of a process that had the same number', `${process.pid} of-another-process`, 0],
  ['of a process that has its number from another', `${process.ppid} x 1`, 0],
  ['with nonsense in it', 'nonsense', 0],
  ['that is older than any making takes', String(process.pid), 6],
])('a lock %s is taken over', async (_, text, minutes) => {
  const folder = await temporaryFolder()
  const lock = join(folder, `${name(1)}.lock`)
  await writeFile(lock, text)
  await utimes(lock, minutesAgo(minutes), minutesAgo(minutes))
  const { made, ways } = making()
  expect(await makeOnce(folder, name(1), ways)).toBe('made')
  expect(made.times).toBe(1)
  expect(await readdir(folder)).toEqual([])
})

test.each([
  ['of a process on another host', '', '1 x 1 elsewhere.invalid'],
  ['whose takeover its process did not finish', '.takeover', '999999999'],
])('a lock %s is not waited for', async (_, ending, text) => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, `${name(1)}.lock`), '999999999')
  await writeFile(join(folder, `${name(1)}.lock${ending}`), text)
  expect(await makeOnce(folder, name(1), making().ways)).toBe('made')
})

test('a dead lock that cannot be removed is not waited for', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, `${name(1)}.lock`, 'kept'), { recursive: true })
  expect(await makeOnce(folder, name(1), making().ways)).toBe('made')
})

test('a lock of a running process is waited for until it is gone', async () => {
  const folder = await temporaryFolder()
  const lock = join(folder, `${name(1)}.lock`)
  await writeFile(lock, String(process.pid))
  const { made, ways } = making()
  const asked = makeOnce(folder, name(1), ways)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(made.times).toBe(0)
  made.value = 'theirs'
  expect(await asked).toBe('theirs')
  expect(made.times).toBe(0)
  expect(await readFile(lock, 'utf8')).toBe(String(process.pid))
})
