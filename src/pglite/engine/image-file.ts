import { crc32 } from 'node:zlib'
import { DriftpinError } from '../../errors.js'
import type { Image } from './image.js'
import { damaged, type Header, readHeader } from './image-header.js'
import { provenBuild } from './internals.js'

/** Raised whenever what an image holds, or how it is written, changes. */
export const formatVersion = 6

const magic = 'driftpin'
/** Magic, format version, length of the header, checksum of all of them and all that follows. */
const prefixBytes = magic.length + 4 + 4 + 4
const checksumAt = prefixBytes - 4

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
  return encodeParts(header, key, body)
}

/**
 * Reads an image, whose contents then lie in `file`.
 *
 * @param key What it has to be made from, where that is known.
 * @throws DriftpinError `image_damaged` where the bytes are not what was written, and
 * `image_foreign` for an image of another format or made from something else.
 */
export function decodeImage(file: Buffer, key?: string): Image {
  const { header, body } = decodeParts(file, key)
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

/** A header and a body, with what is needed to tell whether they are whole. */
export function encodeParts(
  header: object,
  key: string,
  body: readonly Uint8Array[],
): Uint8Array[] {
  const text = Buffer.from(JSON.stringify({ ...header, key }))
  const prefix = Buffer.alloc(prefixBytes)
  prefix.write(magic, 'latin1')
  prefix.writeUInt32LE(formatVersion, magic.length)
  prefix.writeUInt32LE(text.length, magic.length + 4)
  // The checksum of no bytes begins anew instead of going on.
  const parts = body.filter((part) => part.length > 0)
  const begun = crc32(text, crc32(prefix.subarray(0, checksumAt)))
  const sum = parts.reduce((sum, part) => crc32(part, sum), begun)
  prefix.writeUInt32LE(sum, checksumAt)
  return [prefix, text, ...parts]
}

/** @throws DriftpinError `image_damaged` and `image_foreign`. */
export function decodeParts(file: Buffer, key?: string): { header: object; body: Buffer } {
  if (file.length < prefixBytes || file.toString('latin1', 0, magic.length) !== magic) {
    throw damaged('it does not begin like one', { length: file.length })
  }
  const version = file.readUInt32LE(magic.length)
  if (version !== formatVersion) throw foreign(`its format is ${version}, not ${formatVersion}`)
  const sum = crc32(file.subarray(prefixBytes), crc32(file.subarray(0, checksumAt)))
  if (sum !== file.readUInt32LE(checksumAt)) {
    throw damaged('its checksum is wrong', { length: file.length })
  }
  const bodyAt = prefixBytes + file.readUInt32LE(magic.length + 4)
  const header = parseHeader(file.toString('utf8', prefixBytes, bodyAt))
  if (key !== undefined && header.key !== key) throw foreign('it was made from something else')
  return { header, body: file.subarray(bodyAt) }
}

/** Its checksum only tells that it is what somebody wrote. */
function parseHeader(text: string): { readonly key?: unknown } {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (error) {
    throw damaged('its header is no JSON', error)
  }
  if (typeof header === 'object' && header !== null) return header
  throw damaged('its header is no object', { header })
}

function foreign(what: string): DriftpinError {
  return new DriftpinError(
    'image_foreign',
    `This image of a database cannot be opened here: ${what}. Open it with the version of ` +
      'driftpin that wrote it, or delete it.',
    {},
  )
}
