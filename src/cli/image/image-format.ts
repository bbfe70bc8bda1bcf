import { DriftpinError } from '../../errors.js'

/*
 * A file: a first line of fixed length, which says how long the JSON behind it is, that JSON, the
 * bytes of all files one behind the other, and the CRC-32 of everything before it.
 */

/** Raised whenever what a file holds changes. */
const mark = 'driftpin image 1 '
const digits = 10
export const firstLineBytes = mark.length + digits + 1
export const sumBytes = 4
/** What is read and written at once. */
export const pieceBytes = 1024 * 1024
const headBytesMax = 256 * 1024 * 1024

/** What an image was taken of. */
export interface ImageFacts {
  readonly savedAt: string
  /** The versions that made it. */
  readonly postgres: string
  readonly pglite: string
  /** Of driftpin's ledger in the schema public. */
  readonly migrations: { readonly applied: number; readonly newest: string | null }
}

/** A file by its path in the folder and its length, or a directory, which has none. */
export type ImageEntry = readonly [path: string, bytes: number | null]

/** What stands before the bytes of the files. */
export interface ImageHead {
  readonly facts: ImageFacts
  /** Parents before their children. */
  readonly entries: readonly ImageEntry[]
}

export function encodeHead(head: ImageHead): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  const line = `${mark}${String(json.length).padStart(digits, '0')}\n`
  return Buffer.concat([Buffer.from(line, 'latin1'), json])
}

/** How long the JSON behind a first line is. */
export function headBytesOf(firstLine: Buffer): number {
  const line = firstLine.toString('latin1')
  const bytes = Number(line.slice(mark.length, -1))
  const isOne = line.startsWith(mark) && line.endsWith('\n') && Number.isSafeInteger(bytes)
  if (!isOne || bytes > headBytesMax) throw damagedImage('it does not begin like one')
  return bytes
}

/** No part of a path leads anywhere but down, whoever wrote the image. */
export function checkImagePath(path: unknown): string {
  const names = typeof path === 'string' ? path.split('/') : ['']
  if (names.every((name) => /^[\w.-]+$/.test(name) && !/^\.+$/.test(name))) return path as string
  throw damagedImage(`it has a file called ${JSON.stringify(path)}, as PostgreSQL calls none`)
}

export function damagedImage(what: string, cause: unknown = {}): DriftpinError {
  const advice = 'Nothing was changed. Go back to another one: driftpin image list.'
  return new DriftpinError('image_damaged', `This is no whole image: ${what}. ${advice}`, cause)
}
