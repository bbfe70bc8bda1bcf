import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { DriftpinError } from '../../errors.js'
import { writeAtomically } from '../atomic-file.js'
import {
  decodeParts,
  driftpinVersion,
  encodeParts,
  foreign,
  type ImageHeader,
} from '../image-format.js'
import type { Image } from './image.js'
import { type Header, readHeader } from './image-header.js'
import { provenBuild, provenPostgres } from './internals.js'
import { readWasm } from './wasm.js'

/** The bytes of an image. Files with equal contents are stored once. */
export function encodeImage(image: Image, key: string): Uint8Array[] {
  const body: Uint8Array[] = []
  let length = 0
  const store = (bytes: Uint8Array) => {
    const at = length
    body.push(bytes)
    length += bytes.length
    return at
  }
  const known = new Map<number, { readonly at: number; readonly bytes: Uint8Array }[]>()
  const storeOnce = (bytes: Uint8Array) => {
    const sum = crc32(bytes)
    const alike = known.get(sum) ?? []
    const same = alike.find((other) => Buffer.compare(other.bytes, bytes) === 0)
    if (same) return same.at
    const at = store(bytes)
    known.set(sum, [...alike, { at, bytes }])
    return at
  }
  const at = length
  const blocks = image.memory.blocks.map(({ start, end, bytes }) => ({
    start,
    end,
    from: bytes ? store(bytes) - at : -1,
  }))
  const header: Header & ImageHeader = {
    ...image,
    kind: 'engine',
    versions: {
      driftpin: driftpinVersion,
      pglite: image.build.split('-')[0]!,
      postgres: provenPostgres,
    },
    key,
    memory: { ...image.memory, blocks, at, length: length - at },
    entries: image.entries.map(({ contents, ...entry }) =>
      contents ? { ...entry, at: storeOnce(contents) } : entry,
    ),
  }
  return encodeParts(header, body)
}

/**
 * Reads an image. Its contents are views of `file`.
 *
 * @param key Identifies what the image has to be made from.
 * @throws DriftpinError `image_damaged` if the bytes are not what was written, and `image_foreign`
 * for an image of another format, or made from something else.
 */
export function decodeImage(file: Buffer, key?: string): Image {
  const { header, body } = decodeParts(file, 'engine', key)
  const { entries, memory, ...rest } = readHeader(header, body.length)
  if (rest.build !== provenBuild) throw foreign('it was taken of another build of PGlite')
  const { at, length, ...place } = memory
  const bytes = body.subarray(at, at + length)
  const blocks = memory.blocks.map(({ start, end, from }) => ({
    start,
    end,
    bytes: from < 0 ? undefined : bytes.subarray(from, from + end - start),
  }))
  return {
    ...rest,
    memory: { ...place, blocks },
    entries: entries.map(({ at, ...entry }) =>
      at === undefined ? entry : { ...entry, contents: body.subarray(at, at + entry.usedBytes) },
    ),
  }
}

/** The key of images that a person opens: their origin does not matter. */
const savedKey = 'saved'

/**
 * Writes an image, whose rows only this user may read.
 *
 * @throws DriftpinError `image_unusable` if there is none.
 */
export async function saveImage(path: string, image: Image | undefined): Promise<void> {
  if (image) return await writeAtomically(path, encodeImage(image, savedKey))
  throw new DriftpinError('image_unusable', 'Without images a database cannot be saved.', {})
}

/**
 * Reads an image that {@link saveImage} wrote.
 *
 * @throws DriftpinError `image_damaged` and `image_foreign`.
 */
export async function readSavedImage(path: string): Promise<Image> {
  const bytes = await readFile(path).catch((error) => {
    throw new DriftpinError(
      'image_damaged',
      `${path} cannot be read: ${error.message}. Pass the path that a failed test printed.`,
      error,
    )
  })
  const { isProven, build } = await readWasm()
  if (isProven) return decodeImage(bytes, savedKey)
  throw new DriftpinError(
    'image_foreign',
    `${path} cannot be opened with the installed PGlite (${build}), on which driftpin has not ` +
      'been proven. Install the version that driftpin depends on.',
    { build },
  )
}
