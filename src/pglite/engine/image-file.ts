import { crc32 } from 'node:zlib'
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

/** The bytes of an image file. Files of equal contents are stored once. */
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
 * Reads an image, whose contents then lie in `file`.
 *
 * @param key What it has to be made from, where that is known.
 * @throws DriftpinError `image_damaged` where the bytes are not what was written, and
 * `image_foreign` for an image of another format or made from something else.
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
