import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { listImages } from '../../src/cli/image/images.js'
import { restoreImage } from '../../src/cli/image/restore-image.js'
import { encodeParts } from '../../src/pglite/image-format.js'
import { extractFolderImage, readFolderImage } from '../../src/pglite/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'

let folder: string
let file: string

beforeEach(async () => {
  folder = await temporaryFolder()
  mkdirSync(join(folder, 'images'))
  mkdirSync(join(folder, 'database'))
  writeFileSync(join(folder, 'database/PG_VERSION'), '18\n')
  file = join(folder, 'images/one.image')
})

const versions = { driftpin: '0.1.0', pglite: '0.5.16', postgres: '18.6' }
const start = {
  kind: 'folder',
  versions,
  savedAt: '2026-01-01T00:00:00.000Z',
  migrations: { applied: 1, newest: null },
}
const version = ['PG_VERSION', 3]
const good = { ...start, entries: [version, ['base', null], ['base/1', 3]] }

/** An image of this header, with right lengths and checksums. */
const imageOf = (header: unknown, body = '18\nabc') =>
  Buffer.concat(encodeParts(header as never, [Buffer.from(body)]))

/** What comes of a file: its error, or what was laid. */
function tryImage(bytes: Uint8Array): unknown {
  writeFileSync(file, bytes)
  const laid = join(folder, 'laid')
  try {
    readFolderImage(file)
    extractFolderImage(file, laid)
    return readdirSync(laid).sort()
  } catch (error) {
    return error
  } finally {
    rmSync(laid, { recursive: true, force: true })
  }
}

const isTold = { name: 'DriftpinError', code: expect.stringMatching(/^image_(damaged|foreign)$/) }

describe('an image of a data folder', () => {
  test('that is intact is laid', () => {
    expect(tryImage(imageOf(good))).toEqual(['PG_VERSION', 'base'])
  })

  test('is refused with any of its bits changed, and cut off anywhere', () => {
    const whole = imageOf(good)
    for (let position = 0; position < whole.length; position++) {
      const bytes = Buffer.from(whole)
      bytes[position]! ^= 1 << (position % 8)
      expect(tryImage(bytes), `a bit of byte ${position}`).toMatchObject(isTold)
      const cut = whole.subarray(0, position)
      expect(tryImage(cut), `the first ${position} bytes`).toMatchObject(isTold)
    }
    expect(tryImage(Buffer.concat([whole, Buffer.from('x')]))).toMatchObject(isTold)
  })
})

const evil = 'PG_VERSION'.padEnd(300, 'x')
const withEntries = (...entries: unknown[]) => ({ ...start, entries: [version, ...entries] })

describe('an image that was made to do harm is refused:', () => {
  test.each<[string, unknown]>([
    ['a path that leads up', withEntries(['../evil', 3])],
    ['a path from the root', withEntries(['/tmp/driftpin-evil', 3])],
    ['a path that leads up later', withEntries(['d', null], ['d/../../evil', 3])],
    ['a path with strokes of another system', withEntries(['..\\evil', 3])],
    ['a path with a zero byte', withEntries(['a\0b', 3])],
    ['a path with a line break', withEntries(['a\n', 3])],
    ['a path of dots and a line break', withEntries(['..\n', 3])],
    ['a path that is empty', withEntries(['', 3])],
    ['a path that is a number', withEntries([7, 3])],
    ['a name that is too long', withEntries([evil, 3])],
    ['a path that is too deep', withEntries(['a/'.repeat(2000), 3])],
    ['the same file twice', withEntries(['PG_VERSION', 3])],
    ['a file in a file', withEntries(['PG_VERSION/a', 3])],
    ['a file in no directory', withEntries(['x/y', 3])],
    ...[-5, 'abc', '3', 1e15, 2.5, {}, [3], true].map((bytes): [string, unknown] => [
      `a length of ${JSON.stringify(bytes)}`,
      withEntries(['f', bytes]),
    ]),
    ['a file without a length', withEntries(['f'])],
    ['an entry that is null', withEntries(null, ['f', 3])],
    ['entries that are an object', { ...start, entries: { a: 1 } }],
    ['entries that are null', { ...start, entries: null }],
    ['no entries', start],
    ['an empty list of entries', { ...start, entries: [] }],
    ['a folder without a database', { ...start, entries: [['f', 6]] }],
    [
      'a directory in place of the version',
      {
        ...start,
        entries: [
          ['PG_VERSION', null],
          ['f', 6],
        ],
      },
    ],
    ['less files than there are bytes', withEntries()],
    ['files of another PostgreSQL', { ...good, versions: { ...versions, postgres: '17.9' } }],
    ['a version that is a number', { ...good, versions: { ...versions, postgres: 18 } }],
    [
      'a version with control characters',
      { ...good, versions: { ...versions, pglite: '\u001b[2J' } },
    ],
    ['no versions', { ...good, versions: undefined }],
    ['a time that is none', { ...good, savedAt: '\u001b[31mEVIL' }],
    ['a time that is no date', { ...good, savedAt: '2026-99-99T99:99:99.999Z' }],
    ['a count of migrations that is text', { ...good, migrations: { applied: 'x', newest: null } }],
    [
      'a migration that moves the cursor',
      { ...good, migrations: { applied: 1, newest: '\u001b[2J' } },
    ],
    ['no migrations', { ...good, migrations: undefined }],
    ['an image of another kind', { ...good, kind: 'engine' }],
    ['a header that is null', null],
    ['a header that is a list', []],
    ['a header that is a text', 'x'],
  ])('%s', async (_, header) => {
    const bytes = imageOf(header)
    expect(tryImage(bytes)).toMatchObject(isTold)
    expect(existsSync(join(folder, 'evil')) || existsSync('/tmp/driftpin-evil')).toBe(false)
    await expect(restoreImage(folder, 'one')).rejects.toMatchObject(isTold)
    expect(readdirSync(folder).sort()).toEqual(['database', 'images'])
    expect(readdirSync(join(folder, 'database'))).toEqual(['PG_VERSION'])
  })

  test('a header that nests too deep, and files that are no image', async () => {
    for (const bytes of ['', 'hello', 'driftpin', 'driftpin image 1         2\n{}']) {
      expect(tryImage(Buffer.from(bytes))).toMatchObject(isTold)
    }
    expect(await listImages(folder)).toMatchObject([{ name: 'one', facts: null }])
  })
})
