import { createRequire } from 'node:module'
import { crc32 } from 'node:zlib'
import { DriftpinError } from '../errors.js'

/*
 * The format of every image: a prefix of fixed length, a header in JSON, and a body of bytes. The
 * prefix has the lengths and the checksums of both, and a checksum of itself, so that nothing is
 * read before it is known to be what was written.
 */

/** Increment this when the contents or the layout of an image change. */
export const formatVersion = 8

const magic = 'driftpin'
/** Where the fields of the prefix begin. */
const at = { format: 8, headerBytes: 12, bodyBytes: 16, headerSum: 24, bodySum: 28, ownSum: 32 }
export const prefixBytes = 36
const headerBytesMax = 256 * 1024 * 1024

/** The versions that wrote an image. */
export interface ImageVersions {
  readonly driftpin: string
  readonly pglite: string
  readonly postgres: string
}

/** What an image holds: a running engine, a data folder, or an archive that PGlite made. */
export type ImageKind = 'engine' | 'folder' | 'archive'

/** What the header of every image says. */
export interface ImageHeader {
  readonly kind: ImageKind
  readonly versions: ImageVersions
  /** Identifies what the image was made from. */
  readonly key?: string
}

/** The lengths and checksums of a header and of a body. */
export interface ImageSums {
  readonly headerBytes: number
  readonly bodyBytes: number
  readonly headerSum: number
  readonly bodySum: number
}

/** The version of this package. */
export const { version: driftpinVersion } = createRequire(import.meta.url)(
  '../../package.json',
) as { readonly version: string }

export function encodePrefix({ headerBytes, bodyBytes, headerSum, bodySum }: ImageSums): Buffer {
  const prefix = Buffer.alloc(prefixBytes)
  prefix.write(magic, 'latin1')
  prefix.writeUInt32LE(formatVersion, at.format)
  prefix.writeUInt32LE(headerBytes, at.headerBytes)
  prefix.writeBigUInt64LE(BigInt(bodyBytes), at.bodyBytes)
  prefix.writeUInt32LE(headerSum, at.headerSum)
  prefix.writeUInt32LE(bodySum, at.bodySum)
  prefix.writeUInt32LE(crc32(prefix.subarray(0, at.ownSum)), at.ownSum)
  return prefix
}

/**
 * @param fileBytes The length of the whole file.
 * @throws DriftpinError `image_damaged`, and `image_foreign` for another format.
 */
export function decodePrefix(prefix: Buffer, fileBytes: number): ImageSums {
  if (prefix.length < prefixBytes || prefix.toString('latin1', 0, magic.length) !== magic) {
    throw damaged('it does not begin like one', { fileBytes })
  }
  if (crc32(prefix.subarray(0, at.ownSum)) !== prefix.readUInt32LE(at.ownSum)) {
    throw damaged('the checksum of its first bytes is wrong', { fileBytes })
  }
  const format = prefix.readUInt32LE(at.format)
  if (format !== formatVersion) throw foreign(`its format is ${format}, not ${formatVersion}`)
  const headerBytes = prefix.readUInt32LE(at.headerBytes)
  const bodyBytes = Number(prefix.readBigUInt64LE(at.bodyBytes))
  if (headerBytes > headerBytesMax || prefixBytes + headerBytes + bodyBytes !== fileBytes) {
    throw damaged('it has another length than it says', { fileBytes, headerBytes, bodyBytes })
  }
  const headerSum = prefix.readUInt32LE(at.headerSum)
  return { headerBytes, bodyBytes, headerSum, bodySum: prefix.readUInt32LE(at.bodySum) }
}

/** @throws DriftpinError `image_damaged`, and `image_foreign` for an image of another kind. */
export function decodeHeader(bytes: Buffer, kind: ImageKind, sum: number): ImageHeader {
  if (crc32(bytes) !== sum) throw damaged('the checksum of its header is wrong', {})
  let header: Partial<Record<keyof ImageHeader, unknown>> | null
  try {
    header = JSON.parse(bytes.toString())
  } catch (error) {
    throw damaged('its header is not JSON', error)
  }
  const versions = header?.versions as Partial<Record<string, unknown>> | null | undefined
  for (const name of ['driftpin', 'pglite', 'postgres']) {
    const version = versions?.[name]
    const isVersion = typeof version === 'string' && /^\w[\w.+~ ()-]{0,99}$/.test(version)
    if (!isVersion) throw damaged(`its version of ${name} is missing or not valid`, { version })
  }
  if (header!.kind !== kind) throw foreign(`it is of the kind ${JSON.stringify(header!.kind)}`)
  return header as ImageHeader
}

/** The bytes of an image. */
export function encodeParts(header: ImageHeader, body: readonly Uint8Array[]): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(header))
  const sums = {
    headerBytes: text.length,
    bodyBytes: body.reduce((bytes, part) => bytes + part.length, 0),
    headerSum: crc32(text),
    bodySum: sumOf(body),
  }
  return [encodePrefix(sums), text, ...body]
}

/** Whether a value of a header is a length, a position or a number of things. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

/** The checksum of the parts of a body one after the other. */
export function sumOf(parts: readonly Uint8Array[], begun = 0): number {
  // The checksum of no bytes begins anew instead of continuing.
  return parts.filter(({ length }) => length > 0).reduce((sum, part) => crc32(part, sum), begun)
}

/**
 * The header and the body of an image, whose checksums are right.
 *
 * @param key What the image has to be made from.
 * @throws DriftpinError `image_damaged` and `image_foreign`.
 */
export function decodeParts(
  file: Buffer,
  kind: ImageKind,
  key: string | undefined,
): { readonly header: ImageHeader; readonly body: Buffer } {
  const sums = decodePrefix(file.subarray(0, prefixBytes), file.length)
  const bodyAt = prefixBytes + sums.headerBytes
  const body = file.subarray(bodyAt)
  if (sumOf([body]) !== sums.bodySum) throw damaged('its checksum is wrong', {})
  const header = decodeHeader(file.subarray(prefixBytes, bodyAt), kind, sums.headerSum)
  if (key !== undefined && header.key !== key) throw foreign('it was made from something else')
  return { header, body }
}

/** The error for a file that is not an image, or not all of one. */
export function damaged(what: string, cause: unknown): DriftpinError {
  return new DriftpinError(
    'image_damaged',
    `This file is not an intact image of a database: ${what}. Delete it, or use another image.`,
    cause,
  )
}

/** The error for an image that another version, or another command, can open. */
export function foreign(what: string): DriftpinError {
  return new DriftpinError(
    'image_foreign',
    `This image of a database cannot be opened here: ${what}. Open it with the version of ` +
      'driftpin that wrote it, or delete it.',
    {},
  )
}
