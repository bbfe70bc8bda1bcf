import { writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/cli/command-error.js'
import { factsOf, type ImageFacts } from '../../src/cli/image/images.js'
import { restoreImage } from '../../src/cli/image/restore-image.js'
import { saveImage } from '../../src/cli/image/save-image.js'
import { imageCommand } from '../../src/cli/image-command.js'
import {
  driftpinVersion,
  extractFolderImage,
  readFolderImage,
  writeFolderImage,
} from '../../src/pglite/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { refusalOf } from './refusal-of.js'

const facts: ImageFacts = {
  savedAt: '2026-01-01T00:00:00.000Z',
  postgres: '18.6',
  pglite: '0.5.16',
  migrations: { applied: 0, newest: null },
}

const isLeftOut = (name: string) => name === 'serving.json'

const writeImage = (folder: string, file: string, { postgres, pglite, ...rest }: ImageFacts) => {
  const versions = { driftpin: driftpinVersion, pglite, postgres }
  return writeFolderImage(folder, file, { ...rest, versions }, isLeftOut)
}

const readImageFacts = (file: string) => factsOf(readFolderImage(file))

/** A folder with an empty file, a large one, and directories in directories. */
async function makeFolder(): Promise<string> {
  const folder = join(await temporaryFolder(), 'database')
  await mkdir(join(folder, 'base/5'), { recursive: true })
  await mkdir(join(folder, 'pg_empty'))
  await writeFile(join(folder, 'PG_VERSION'), '18\n')
  await writeFile(join(folder, 'base/5/1247'), Buffer.alloc(3_000_000, 'rows'))
  await writeFile(join(folder, 'base/5/1247_fsm'), '')
  await writeFile(join(folder, 'postmaster.pid'), '42\n')
  return folder
}

const flipLast = (bytes: Buffer) => bytes.fill(bytes.at(-1)! ^ 1, bytes.length - 1)

/** Every path below a folder with what it holds; null is a directory. */
async function contentsOf(folder: string): Promise<Record<string, string | null>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const contents: Record<string, string | null> = {}
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    contents[relative(folder, path)] = entry.isFile() ? await readFile(path, 'latin1') : null
  }
  return contents
}

describe('a folder in a file', () => {
  test('comes out as it was, but for what belongs to a process', async () => {
    const folder = await makeFolder()
    const file = join(folder, '../one.image')
    await writeImage(folder, file, facts)
    expect(readImageFacts(file)).toEqual(facts)
    expect(readFolderImage(file).versions.driftpin).toBe(driftpinVersion)
    extractFolderImage(file, join(folder, '../laid'))
    const { 'postmaster.pid': _, ...before } = await contentsOf(folder)
    expect(await contentsOf(join(folder, '../laid'))).toEqual(before)
  })

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['an empty file', () => Buffer.alloc(0)],
    ['a file of something else', () => Buffer.from('years of work, and of more work')],
    ['one that is cut off in its head', (bytes) => bytes.subarray(0, 40)],
    ['one that is cut off in a file', (bytes) => bytes.subarray(0, 1_000_000)],
    ['one without its checksum', (bytes) => bytes.subarray(0, -4)],
    ['a changed byte in a file', (bytes) => bytes.fill(0, 2_000_000, 2_000_001)],
    ['a changed byte in its head', (bytes) => bytes.fill('9', 45, 46)],
    ['a changed byte in its checksum', (bytes) => flipLast(bytes)],
  ])('%s is refused', async (_, spoil) => {
    const folder = await makeFolder()
    const file = join(folder, '../one.image')
    await writeImage(folder, file, facts)
    await writeFile(file, spoil(await readFile(file)))
    expect(() => extractFolderImage(file, join(folder, '../laid'))).toThrow(
      expect.objectContaining({ code: 'image_damaged' }),
    )
  })
})

describe('saving an image', () => {
  test('replaces none that came while it was written, unless it is told to', async () => {
    const data = await temporaryFolder()
    await (await PGlite.create(join(data, 'database'))).close()
    const file = join(data, 'images/one.image')
    const shown: number[] = []
    const onProgress = (bytes: number, ofBytes: number) => {
      if (shown.length === 0) writeFileSync(file, 'of somebody who was quicker')
      shown.push(bytes / ofBytes)
    }
    await expect(saveImage(data, 'one', { onProgress })).rejects.toThrow(UsageError)
    expect(await readFile(file, 'utf8')).toBe('of somebody who was quicker')
    expect(await readdir(join(data, 'images'))).toEqual(['one.image'])
    expect(shown).toEqual(shown.toSorted((one, other) => one - other))
    expect(shown.at(-1)).toBe(1)
    const saved = await saveImage(data, 'one', { force: true })
    const { name: _, file: __, bytes: ___, ...facts } = saved
    expect(readImageFacts(file)).toEqual(facts)
  })
})

describe('going back to an image', () => {
  async function dataFolder(image: (folder: string, file: string) => Promise<void>) {
    const data = await temporaryFolder()
    await mkdir(join(data, 'images'))
    await mkdir(join(data, 'database'))
    await writeFile(join(data, 'database/PG_VERSION'), '18\n')
    await writeFile(join(data, 'database/now'), 'years of work')
    await image(await makeFolder(), join(data, 'images/one.image'))
    return data
  }

  test('replaces the database of a folder that nobody has', async () => {
    const data = await dataFolder((folder, file) => writeImage(folder, file, facts))
    expect(await restoreImage(data, 'one')).toEqual(facts)
    expect((await readdir(join(data, 'database'))).toSorted()).toEqual([
      'PG_VERSION',
      'base',
      'pg_empty',
    ])
    expect((await readdir(data)).toSorted()).toEqual(['database', 'images'])
  })

  test.each<[string, (folder: string, file: string) => Promise<void>]>([
    [
      'one that is damaged',
      async (folder, file) => {
        await writeImage(folder, file, facts)
        await writeFile(file, (await readFile(file)).fill(0, 2_000_000, 2_000_001))
      },
    ],
    [
      'one of another PostgreSQL',
      (folder, file) => writeImage(folder, file, { ...facts, postgres: '17.9' }),
    ],
  ])('is refused for %s, and the database stays', async (_, image) => {
    const data = await dataFolder(image)
    await expect(restoreImage(data, 'one')).rejects.toMatchObject({ name: 'DriftpinError' })
    expect(await readFile(join(data, 'database/now'), 'utf8')).toBe('years of work')
    expect((await readdir(data)).toSorted()).toEqual(['database', 'images'])
  })

  test.each([
    [['save', '../one'], 'The name of an image'],
    [['save', '.hidden'], 'The name of an image'],
    [['restore', 'two'], 'There is no image two'],
    [['restore', 'two'], 'Images: one.'],
    [['save', 'one'], 'Replace it with --force'],
  ])('wrong use is refused: image %j', async (args, message) => {
    const data = await dataFolder((folder, file) => writeImage(folder, file, facts))
    const refusal = await refusalOf(imageCommand(), [...args, '--data', data])
    expect(refusal).toMatchObject({ exitCode: 2, message: expect.stringContaining(message) })
  })
})
