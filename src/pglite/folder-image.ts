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
  isCount,
  prefixBytes,
  sumOf,
} from './image-format.js'

/** How much of an image is read at once to verify its checksum. */
const chunkBytes = 1024 * 1024

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
 * {@link extractFolderImage}.
 *
 * @throws DriftpinError `image_damaged` and `image_foreign`.
 */
export function readFolderImage(file: string): FolderHeader {
  return withImage(file, ({ header }) => header)
}

/**
 * Writes the files of an image into a new folder. The checksums are verified before that.
 *
 * @throws DriftpinError `image_damaged` and `image_foreign`. The folder is then of no use.
 */
export function extractFolderImage(file: string, folder: string): void {
  withImage(file, ({ header, bodySum, bodyAt, end, take }) => {
    // Read twice: a folder can be larger than the memory.
    let sum = 0
    for (let at = bodyAt; at < end; at += chunkBytes) {
      sum = sumOf([take(at, Math.min(chunkBytes, end - at))], sum)
    }
    if (sum !== bodySum) throw damaged('the checksum of its files is wrong', {})
    mkdirSync(folder, { mode: 0o700 })
    let at = bodyAt
    for (const [path, bytes] of header.entries) {
      if (bytes === null) mkdirSync(join(folder, path), { mode: 0o700 })
      else writeFileSync(join(folder, path), take(at, bytes), { mode: 0o600 })
      at += bytes ?? 0
    }
    // A database of another version would only be found out after it replaced a good one.
    const major = Number.parseInt(header.versions.postgres, 10)
    if (Number.parseInt(readFileSync(join(folder, 'PG_VERSION'), 'utf8'), 10) !== major)
      throw damaged(`its files are not of PostgreSQL ${major}`, {})
  })
}

/** An image that is open, with a header that is valid. */
interface OpenImage {
  readonly header: FolderHeader
  readonly bodySum: number
  readonly bodyAt: number
  readonly end: number
  readonly take: (at: number, bytes: number) => Buffer
}

function withImage<T>(file: string, work: (image: OpenImage) => T): T {
  const input = openSync(file, 'r')
  const take = (at: number, bytes: number): Buffer => {
    const taken = Buffer.alloc(bytes)
    for (let done = 0; done < bytes; ) {
      const read = readSync(input, taken, done, bytes - done, at + done)
      if (read === 0) throw damaged('it ends too early', {})
      done += read
    }
    return taken
  }
  try {
    const { size: end } = fstatSync(input)
    const sums = decodePrefix(take(0, Math.min(prefixBytes, end)), end)
    const { headerBytes, bodyBytes, headerSum, bodySum } = sums
    const header = decodeHeader(take(prefixBytes, headerBytes), 'folder', headerSum)
    checkHeader(header, bodyBytes)
    return work({ header, bodySum, bodyAt: prefixBytes + headerBytes, end, take })
  } finally {
    closeSync(input)
  }
}

function checkHeader(header: ImageHeader, bodyBytes: number): asserts header is FolderHeader {
  const { savedAt, migrations, entries } = header as Partial<Record<keyof FolderHeader, unknown>>
  const isTime = typeof savedAt === 'string' && /^[\d:.TZ-]{20,30}$/.test(savedAt)
  if (!isTime || Number.isNaN(Date.parse(savedAt))) throw damaged('its time is not valid', {})
  const { applied, newest } = Object(migrations) as Record<string, unknown>
  const isText = typeof newest === 'string' && /^[^\u0000-\u001f\u007f-\u009f]{0,500}$/.test(newest)
  if (!isCount(applied) || !(newest === null || isText))
    throw damaged('its list of migrations is not valid', { migrations })
  if (!Array.isArray(entries)) throw damaged('it has no list of files', {})
  const kinds = new Map<string, 'file' | 'directory'>([['', 'directory']])
  let total = 0
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2)
      throw damaged('an entry of its list of files is not valid', { entry })
    const path = checkPath(entry[0])
    const bytes: unknown = entry[1]
    const parent = kinds.get(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    if (kinds.has(path)) throw damaged(`it has two files called ${path}`, {})
    if (parent !== 'directory') throw damaged(`${path} is in no directory of the image`, {})
    if (bytes !== null && !isCount(bytes)) throw damaged(`the length of ${path} is not valid`, {})
    kinds.set(path, bytes === null ? 'directory' : 'file')
    total += bytes ?? 0
  }
  if (kinds.get('PG_VERSION') !== 'file') throw damaged('it contains no database', {})
  if (total !== bodyBytes) throw damaged('its files have another length than it says', {})
}

/** Refuses paths that lead out of the folder, and names that a file system may not allow. */
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

const cannotHold = (why: string) =>
  new DriftpinError('image_unusable', `The image cannot be made: ${why}`, {})
