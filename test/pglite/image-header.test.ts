import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Image } from '../../src/pglite/engine/image.js'
import { decodeImage, encodeImage } from '../../src/pglite/engine/image-file.js'
import { provenBuild } from '../../src/pglite/engine/internals.js'
import { encodeParts, encodePrefix, prefixBytes } from '../../src/pglite/image-format.js'

const directory = { mode: 0o040755, mtime: 1, usedBytes: 0 }
const file = { mode: 0o100644, mtime: 1, usedBytes: 3, contents: Buffer.from('abc') }

const image: Image = {
  build: provenBuild,
  memory: {
    size: 100,
    heapTop: 40,
    stackPointer: 20,
    blocks: [
      { start: 0, end: 8, bytes: Buffer.alloc(8, 7) },
      { start: 20, end: 40, bytes: undefined },
    ],
  },
  entries: [
    { path: '/base', ...directory },
    { path: '/base/constructor', ...file },
    { path: '/base/same', ...file },
    { path: '/link', mode: 0o120777, mtime: 1, usedBytes: 0, link: '/base' },
  ],
  streams: [
    { fd: 3, path: '/base/same', flags: 2, position: 1 },
    { fd: 4, path: 'pipe[4]', flags: 0, position: 0 },
  ],
  currentPath: '/base',
  tableLength: 5,
  arrayTypes: [[23, 1007]],
  preloaded: [{ path: '/base/same', tableLength: 4, nextAddress: 30 }],
  loader: [
    { kind: 'open', handle: 8, path: 'same', grew: true },
    { kind: 'symbol', handle: 8, name: 'init' },
  ],
  timers: [{ which: 0, ms: 0.5 }],
  isBegun: false,
  randomPosition: 9,
}

const whole = Buffer.concat(encodeImage(image, 'key'))

/** Part of a header as JSON has it. */
type Json = Record<string, never>

const headerOf = (bytes: Buffer): { header: Json; body: Buffer } => {
  const bodyAt = prefixBytes + bytes.readUInt32LE(12)
  const header = JSON.parse(String(bytes.subarray(prefixBytes, bodyAt)))
  return { header, body: bytes.subarray(bodyAt) }
}

/** The image with another header, and the checksum of that. */
function withHeader(change: (header: Json) => unknown): Buffer {
  const { header, body } = headerOf(whole)
  const changed = change(header) ?? header
  return Buffer.concat(encodeParts(changed as never, [body]))
}

test('an image that is as it should be is read as it was written', () => {
  expect(decodeImage(whole, 'key')).toMatchObject({
    ...image,
    entries: image.entries.map((entry) => expect.objectContaining(entry)),
  })
  expect(
    decodeImage(
      withHeader(() => undefined),
      'key',
    ).entries,
  ).toHaveLength(4)
})

/** What a part of a header can be replaced with; some of it is right in some places. */
const garbage = [undefined, null, true, -1, 1.5, 1e300, 'x', '/x/../y', [], [[]], [null], {}]

/** The ways to all parts of a header, its lists and objects included. */
function* placesIn(part: unknown, way: readonly string[] = []): Generator<readonly string[]> {
  if (way.length > 0) yield way
  if (typeof part !== 'object' || part === null) return
  for (const name of Object.keys(part)) yield* placesIn(Reflect.get(part, name), [...way, name])
}

test('whatever stands in whatever place, it is read or refused in words', () => {
  const tally = { read: 0, refused: 0 }
  for (const way of placesIn(headerOf(whole).header)) {
    for (const wrong of garbage) {
      const bytes = withHeader((header) => {
        const parent = way
          .slice(0, -1)
          .reduce<object>((part, name) => Reflect.get(part, name), header)
        Reflect.set(parent, way.at(-1)!, wrong)
      })
      try {
        decodeImage(bytes)
        tally.read++
      } catch (error) {
        const told = { name: 'DriftpinError', code: expect.stringMatching(/^image_/) }
        expect(error, `${way.join('.')}: ${JSON.stringify(wrong)}`).toMatchObject(told)
        tally.refused++
      }
    }
  }
  expect(tally.refused).toBeGreaterThan(10 * tally.read)
})

const entry = (path: string, more: object = {}) => ({ path, ...directory, ...more })

test.each<[string, object[]]>([
  ['without a beginning', [entry('base')]],
  ['that is empty', [entry('')]],
  ['of the root alone', [entry('/')]],
  ['with a step up', [entry('/base'), entry('/base/..')]],
  ['with a step up in the middle', [entry('/base'), entry('/base/../etc')]],
  ['with a step nowhere', [entry('/base'), entry('/base/.')]],
  ['with a step of no name', [entry('/base'), entry('/base//x')]],
  ['with a stroke at its end', [entry('/base'), entry('/base/')]],
  ['before its directory', [entry('/base/x'), entry('/base')]],
  ['below a file', [entry('/base', { mode: 0o100644 }), entry('/base/x')]],
  ['of what all objects begin with', [entry('/__proto__')]],
  ['below what all objects begin with', [entry('/__proto__'), entry('/__proto__/mode')]],
  ['of devices', [entry('/dev')]],
  ['of no kind', [entry('/base', { mode: 0o644 })]],
  ['of a device', [entry('/base', { mode: 0o020644 })]],
  ['of a link to nowhere', [entry('/base', { mode: 0o120777 })]],
  ['of a directory that is a link', [entry('/base', { link: '/' })]],
  ['of a directory with contents', [entry('/base', { at: 0 })]],
  ['with contents beyond the end', [entry('/base', { mode: 0o100644, at: 9, usedBytes: 3 })]],
])('a path %s is refused', (_, entries) => {
  const bytes = withHeader((header) => ({ ...header, entries, streams: [], currentPath: '/' }))
  expect(() => decodeImage(bytes, 'key')).toThrow(
    expect.objectContaining({
      code: 'image_damaged',
      message: expect.stringContaining('Delete it, or use another image.'),
    }),
  )
  expect('mode' in {}).toBe(false)
})

test.each(['', 'x', '[]', 'null', '7', '"text"', '{"key":"key"}'])(
  'a header that is %j is refused',
  (text) => {
    const headerSum = text === '' ? 0 : crc32(text)
    const sums = { headerBytes: text.length, bodyBytes: 0, headerSum, bodySum: 0 }
    const prefix = encodePrefix(sums)
    const bytes = Buffer.concat([prefix, Buffer.from(text)])
    expect(() => decodeImage(bytes)).toThrow(expect.objectContaining({ code: 'image_damaged' }))
  },
)
