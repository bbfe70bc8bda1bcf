import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { decodeImage } from '../../src/pglite/engine/image-file.js'
import { ImageCache } from '../../src/pglite/image-cache.js'
import { formatVersion } from '../../src/pglite/image-format.js'
import { freshHarness, useCacheFolder } from './cache-folder.js'

const folder = useCacheFolder()
let whole: Buffer
let name: string
let options: { migrations: string; cacheDirectory: string; randomSeed: number }

const images = async () =>
  (await readdir(folder.path('images'))).filter((file) => file.endsWith('.image'))

beforeAll(async () => {
  const migrations = await folder.migrations('m', 'CREATE TABLE a AS SELECT 7 AS n;')
  // With a seed it is made by itself, and not from the image of an empty database.
  options = { migrations, cacheDirectory: folder.path('images'), randomSeed: 1 }
  const { openHarness } = await freshHarness()
  await using harness = await openHarness(options)
  expect(harness.statistics).toMatchObject({ imagesBuilt: 1, imagesReused: 0 })
  const files = await readdir(folder.path('images'))
  expect(files).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.image$/)])
  name = files[0]!.replace('.image', '')
  whole = await readFile(folder.path('images', files[0]!))
})

const readCached = (key: string) =>
  new ImageCache(folder.path('images')).read(`${key}.image`, (bytes) => decodeImage(bytes, key))

/** Puts bytes where the image is looked for, and says what the harness makes of them. */
async function lookedAt(bytes: Uint8Array) {
  await writeFile(folder.path('images', `${name}.image`), bytes)
  return readCached(name)
}

const changed = (change: (bytes: Buffer) => void) => {
  const bytes = Buffer.from(whole)
  change(bytes)
  return bytes
}

test('the whole image is found', async () => {
  expect(await lookedAt(whole)).toBeDefined()
  expect(await images()).toEqual([`${name}.image`])
})

test.each([
  ['empty', () => Buffer.alloc(0)],
  ['a few bytes', () => whole.subarray(0, 10)],
  ['nothing but its beginning', () => whole.subarray(0, 20)],
  ['cut in its header', () => whole.subarray(0, 200)],
  ['cut in its half', () => whole.subarray(0, whole.length / 2)],
  ['cut by one byte', () => whole.subarray(0, -1)],
  ['one byte longer', () => Buffer.concat([whole, Buffer.from('x')])],
  ['zeros', () => Buffer.alloc(whole.length)],
  ['a text', () => Buffer.from('<html>not found</html>')],
  ['of a newer format', () => changed((bytes) => bytes.writeUInt32LE(formatVersion + 1, 8))],
  ['of an older format', () => changed((bytes) => bytes.writeUInt32LE(formatVersion - 1, 8))],
])('an image that is %s is not trusted, and is removed', async (_, bytes) => {
  expect(await lookedAt(bytes())).toBeUndefined()
  expect(await images()).toEqual([])
})

test('a bit that flipped is noticed wherever it is', async () => {
  // Of the beginning all are tried, of the rest some; the seed of the positions is fixed.
  let state = 4711
  const random = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  const positions = Array.from({ length: 20 * 8 }, (_, bit) => bit)
  for (let count = 0; count < 20; count++) positions.push(random(4000 * 8))
  for (let count = 0; count < 20; count++) positions.push(random(whole.length * 8))
  const bytes = Buffer.from(whole)
  for (const position of positions) {
    const [at, bit] = [position >> 3, 1 << (position & 7)]
    bytes[at]! ^= bit
    expect(() => decodeImage(bytes, name), `bit ${position}`).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^image_(damaged|foreign)$/) }),
    )
    bytes[at]! ^= bit
  }
  expect(decodeImage(bytes, name)).toBeDefined()
})

test('an image that was renamed to another name is not trusted', async () => {
  await writeFile(folder.path('images', `${name}.image`), whole)
  const other = 'f'.repeat(64)
  await copyFile(folder.path('images', `${name}.image`), folder.path('images', `${other}.image`))
  expect(await readCached(other)).toBeUndefined()
  expect(await images()).toEqual([`${name}.image`])
})

test('a damaged image is made again, next to a half written one, and the rows are right', async () => {
  const unfinished = `${name}.image.999999999.${crypto.randomUUID()}.tmp`
  await writeFile(folder.path('images', unfinished), whole.subarray(0, 5000))
  await writeFile(folder.path('images', `${name}.image`), whole.subarray(0, -5000))
  const { openHarness } = await freshHarness()
  await using harness = await openHarness(options)
  expect(harness.statistics).toMatchObject({ imagesBuilt: 1, imagesReused: 0 })
  await using db = await harness.createDatabase()
  expect((await db.query('SELECT n FROM a')).rows).toEqual([{ n: 7 }])
  expect((await readdir(folder.path('images'))).sort()).toEqual([`${name}.image`, unfinished])
  const made = await readFile(folder.path('images', `${name}.image`))
  expect(decodeImage(made, name).entries.length).toBeGreaterThan(0)
})

test('the next process, and a second harness of it, use what is there', async () => {
  const { openHarness } = await freshHarness()
  await using harness = await openHarness(options)
  expect(harness.statistics).toMatchObject({ imagesBuilt: 0, imagesReused: 1 })
  await using second = await openHarness(options)
  expect(second.statistics).toMatchObject({ imagesBuilt: 0 })
  await using one = await harness.createDatabase()
  await using other = await second.createDatabase()
  await one.query('DELETE FROM a')
  expect((await other.query('SELECT n FROM a')).rows).toEqual([{ n: 7 }])
})
