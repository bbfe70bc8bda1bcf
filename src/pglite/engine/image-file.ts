import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { DriftpinError } from '../../errors.js'
import {
  checkKey,
  decodeParts,
  driftpinVersion,
  encodeParts,
  foreign,
  type ImageHeader,
} from '../image-format.js'
import type { Image } from './image.js'
import { type Header, readHeader } from './image-header.js'
import { provenBuild, provenPostgres } from './internals.js'

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
  const header: Header = {
    ...image,
    memory: { ...image.memory, blocks, at, length: length - at },
    entries: image.entries.map(({ contents, ...entry }) =>
      contents ? { ...entry, at: storeOnce(contents) } : entry,
    ),
  }
  const versions = {
    driftpin: driftpinVersion,
    pglite: image.build.split('-')[0]!,
    postgres: provenPostgres,
  }
  return encodeParts({ ...header, kind: 'engine', versions, key } as ImageHeader, body)
}

/**
 * Reads an image. Its contents are views of `file`.
 *
 * @param key Identifies what the image has to be made from.
 * @throws DriftpinError `image_damaged` if the bytes are not what was written, and `image_foreign`
 * for an image of another format, or made from something else.
 */
export function decodeImage(file: Buffer, key?: string): Image {
  const { header, body } = decodeParts(file, 'engine')
  checkKey(header, key)
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
export const savedKey = 'saved'

/**
 * Writes an image under a name that appears when it is complete.
 *
 * @throws DriftpinError `image_unusable` if there is none.
 */
export async function saveImage(path: string, image: Image | undefined): Promise<void> {
  if (!image) {
    throw new DriftpinError('image_unusable', 'Without images a database cannot be saved.', {})
  }
  const unfinished = `${path}.${randomUUID()}.tmp`
  try {
    // It holds rows, which only this user may read.
    await writeFile(unfinished, Buffer.concat(encodeImage(image, savedKey)), { mode: 0o600 })
    await rename(unfinished, path)
  } finally {
    await rm(unfinished, { force: true }).catch(() => {})
  }
}
