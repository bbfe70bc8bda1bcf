import {
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join, sep } from 'node:path'
import { DriftpinError } from '../errors.js'
import {
  damaged,
  decodeHeader,
  decodePrefix,
  encodePrefix,
  type ImageHeader,
  type ImageSums,
  prefixBytes,
  sumOf,
} from './image-format.js'

/** A file by its path in the folder and its length, or a directory, which has none. */
type Entry = readonly [path: string, bytes: number | null]

/** What an image of a data folder says about itself. */
export interface FolderFacts {
  readonly savedAt: string
  readonly migrations: { readonly applied: number; readonly newest: string | null }
}

/** The header of an image of a data folder. */
export interface FolderHeader extends ImageHeader, FolderFacts {
  /** Parents before their children. */
  readonly entries: readonly Entry[]
}

/** Is called with the number of bytes that were copied, of how many. */
export type OnProgress = (bytes: number, ofBytes: number) => void

/**
 * Writes a data folder into one file. Nobody may write to the folder meanwhile. A file of
 * PostgreSQL has at most 1 GB, so each is read as a whole.
 *
 * @param file Must not exist. If this fails, it is of no use.
 * @param isLeftOut Whether a name in the folder is not part of the database.
 */
export async function writeFolderImage(
  folder: string,
  file: string,
  facts: Omit<FolderHeader, 'entries' | 'kind'>,
  isLeftOut: (name: string) => boolean,
  onProgress?: OnProgress,
): Promise<void> {
  const entries = listEntries(folder, isLeftOut)
  const header: FolderHeader = { ...facts, kind: 'folder', entries }
  const text = Buffer.from(JSON.stringify(header))
  const output = openSync(file, 'wx', 0o600)
  try {
    // The prefix has checksums, which are known at the end.
    writeFileSync(output, Buffer.alloc(prefixBytes))
    writeFileSync(output, text)
    const bodyBytes = entries.reduce((total, [, bytes]) => total + (bytes ?? 0), 0)
    let [bodySum, copied] = [0, 0]
    for (const [path, bytes] of entries) {
      if (bytes === null) continue
      const contents = readFileSync(join(folder, path)).subarray(0, bytes)
      if (contents.length < bytes) throw cannotHold(`${path} became shorter meanwhile. Try again.`)
      writeFileSync(output, contents)
      bodySum = sumOf([contents], bodySum)
      copied += bytes
      onProgress?.(copied, bodyBytes)
    }
    const sums = { headerBytes: text.length, bodyBytes, headerSum: sumOf([text]), bodySum }
    writeSync(output, encodePrefix(sums), 0, prefixBytes, 0)
    fsyncSync(output)
  } finally {
    closeSync(output)
  }
}

/**
 * What an image says about itself. The checksum of its files is only verified by
 * {@link layFolderImage}.
 *
 * @throws DriftpinError `image_damaged` and `image_foreign`.
 */
export function readFolderImage(file: string): FolderHeader {
  const input = openSync(file, 'r')
  try {
    return readStart(input).header
  } finally {
    closeSync(input)
  }
}

/**
 * Writes the files of an image into a new folder.
 *
 * @throws DriftpinError `image_damaged` and `image_foreign`. The folder is then of no use.
 */
export function layFolderImage(file: string, folder: string): void {
  const input = openSync(file, 'r')
  try {
    const { header, sums } = readStart(input)
    mkdirSync(folder, { mode: 0o700 })
    let sum = 0
    for (const [path, bytes] of header.entries) {
      if (bytes === null) {
        mkdirSync(join(folder, path), { mode: 0o700 })
        continue
      }
      const contents = take(input, bytes)
      sum = sumOf([contents], sum)
      writeFileSync(join(folder, path), contents, { mode: 0o600 })
    }
    if (sum !== sums.bodySum) throw damaged('the checksum of its files is wrong', {})
    checkMajor(join(folder, 'PG_VERSION'), header)
  } finally {
    closeSync(input)
  }
}

function readStart(input: number): { readonly header: FolderHeader; readonly sums: ImageSums } {
  const { size } = fstatSync(input)
  const sums = decodePrefix(take(input, Math.min(prefixBytes, size)), size)
  const header = decodeHeader(take(input, sums.headerBytes), 'folder', sums.headerSum)
  return { header: checkHeader(header, sums.bodyBytes), sums }
}

/** A database of another major version would only be found out after it replaced a good one. */
function checkMajor(path: string, { versions }: FolderHeader): void {
  const major = Number.parseInt(versions.postgres, 10)
  if (Number(readFileSync(path, 'utf8').slice(0, 2)) !== major)
    throw damaged(`its files are not of PostgreSQL ${major}`, {})
}

function checkHeader(header: ImageHeader, bodyBytes: number): FolderHeader {
  const { savedAt, migrations, entries } = header as Partial<Record<keyof FolderHeader, unknown>>
  const isTime = typeof savedAt === 'string' && /^[\d:.TZ-]{20,30}$/.test(savedAt)
  if (!isTime || Number.isNaN(Date.parse(savedAt))) throw damaged('it has no time', {})
  const { applied, newest } = Object(migrations) as Record<string, unknown>
  const isText = typeof newest === 'string' && /^[^\u0000-\u001f\u007f-\u009f]{0,500}$/.test(newest)
  if (!isCount(applied) || !(newest === null || isText))
    throw damaged('its migrations are none', {})
  if (!Array.isArray(entries)) throw damaged('it has no list of files', {})
  const kinds = new Map<string, 'file' | 'directory'>([['', 'directory']])
  let total = 0
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) throw damaged('an entry is none', { entry })
    const path = checkPath(entry[0])
    const bytes: unknown = entry[1]
    const parent = kinds.get(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    if (kinds.has(path) || parent !== 'directory') throw damaged(`${path} has no place`, {})
    if (bytes !== null && !isCount(bytes)) throw damaged(`${path} has no length`, {})
    kinds.set(path, bytes === null ? 'directory' : 'file')
    total += bytes ?? 0
  }
  if (kinds.get('PG_VERSION') !== 'file') throw damaged('it holds no database', {})
  if (total !== bodyBytes) throw damaged('its files have another length than it says', {})
  return header as FolderHeader
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

/** No part of a path leads anywhere but down, and each can be the name of a file. */
function checkPath(path: unknown): string {
  const names = typeof path === 'string' && path.length <= 1024 ? path.split('/') : ['']
  const isName = (name: string) => /^[\w.-]{1,255}$/.test(name) && !/^\.+$|\n/.test(name)
  if (names.every(isName)) return path as string
  throw damaged(`it has a file called ${JSON.stringify(path)?.slice(0, 100)}`, { path })
}

function listEntries(folder: string, isLeftOut: (name: string) => boolean): Entry[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return (
    paths
      .map((path) => path.split(sep))
      // These belong to a process.
      .filter(([name]) => !isLeftOut(name!) && !/^postmaster\.(pid|opts)$/.test(name!))
      .map((names): Entry => {
        const path = checkPath(names.join('/'))
        const stats = lstatSync(join(folder, path))
        if (stats.isDirectory()) return [path, null]
        if (stats.isFile()) return [path, stats.size]
        throw cannotHold(`${path} is neither a file nor a directory.`)
      })
  )
}

function take(input: number, bytes: number): Buffer {
  const taken = Buffer.alloc(bytes)
  for (let done = 0; done < bytes; ) {
    const read = readSync(input, taken, done, bytes - done, null)
    if (read === 0) throw damaged('it ends too early', {})
    done += read
  }
  return taken
}

const cannotHold = (why: string) =>
  new DriftpinError('image_unusable', `The image cannot be made: ${why}`, {})
