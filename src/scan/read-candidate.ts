import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { scanLimits } from '../schema/index.js'
import type { Candidate } from './candidates.js'
import {
  belowRoot,
  present,
  type Refusal,
  resolveInside,
  type ScanRoot,
  unreadable,
} from './file-system.js'

/** What was read of a file. Size and hash describe the same bytes. */
export interface FileContent {
  readonly contentHash: string
  readonly sizeBytes: number
  /** The whole content; undefined if it is larger than `scanLimits.resourceBytesMax`. */
  readonly content: Buffer | undefined
}

/** The result of reading a candidate. If nothing could be read, the hash is that of no bytes. */
export interface Reading extends FileContent {
  /** The real file under the root's chosen name if a link was followed, otherwise empty. */
  readonly sourcePath: string
  readonly refusal?: Refusal
}

/** How often a file that is replaced while it is opened is looked at again. */
const attemptsMax = 3

/**
 * Reads a candidate. Links are followed inside the root only. Never throws because of the state of
 * the tree: a failure is the `refusal` of the reading.
 *
 * A file is opened only if its real path is a regular file, and the file that was opened must be
 * the one that was seen.
 */
export async function readCandidate(root: ScanRoot, candidate: Candidate): Promise<Reading> {
  const { found } = candidate
  if (!Buffer.isBuffer(found)) return refused(found)
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const resolved = await resolveInside(root.real, found)
    if ('status' in resolved) return refused(resolved)
    const sourcePath = presentReal(root, resolved.real, candidate.source)
    if (!resolved.stats.isFile()) {
      return refused({ status: 'invalid', error: 'not a regular file' }, sourcePath)
    }
    try {
      const read = await readRegularFile(resolved.real, resolved.stats)
      if (read !== undefined) return { ...read, sourcePath }
    } catch (error) {
      return refused(unreadable(error), sourcePath, Number(resolved.stats.size))
    }
  }
  return refused({ status: 'unreadable', error: 'replaced repeatedly while it was opened' })
}

function refused(refusal: Refusal, sourcePath = '', sizeBytes = 0): Reading {
  const contentHash = createHash('sha256').digest('hex')
  return { contentHash, sizeBytes, content: undefined, sourcePath, refusal }
}

/**
 * A real path that cannot be stored becomes empty, and the resource is kept: the source path is
 * informative only.
 */
function presentReal(root: ScanRoot, real: Buffer, source: string): string {
  const presented = present(root.name, belowRoot(root.real, real)!)
  return 'path' in presented && presented.path !== source ? presented.path : ''
}

/** O_NOFOLLOW refuses a link as the last name; O_NONBLOCK keeps a FIFO from blocking for ever. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Reads a whole regular file that was seen at a resolved path, in constant memory.
 *
 * Returns undefined if the opened file is not the one that was seen: another file took the path,
 * or a directory on the path became a link. The caller may look again. Throws what the system
 * reports.
 */
export async function readRegularFile(
  real: Buffer,
  seen: BigIntStats,
): Promise<FileContent | undefined> {
  const handle = await open(real, openFlags)
  try {
    const opened = await handle.stat({ bigint: true })
    const isTheOneSeen = opened.dev === seen.dev && opened.ino === seen.ino && opened.isFile()
    if (!isTheOneSeen || !(await realpath(real, { encoding: 'buffer' })).equals(real)) {
      return undefined
    }
    return await readWhole(handle, Number(opened.size))
  } finally {
    await handle.close()
  }
}

/**
 * Reads to the current end of the file, but not much further than its size when it was opened: a
 * file that somebody keeps appending to must not block the scan for ever.
 */
async function readWhole(handle: FileHandle, sizeAtFirst: number): Promise<FileContent> {
  // One byte more than a resource may have, so that a file of unknown size is seen as oversize.
  const readMax = sizeAtFirst + scanLimits.resourceBytesMax + 1
  const chunk = Buffer.allocUnsafe(scanLimits.resourceBytesMax)
  const hash = createHash('sha256')
  let kept: Buffer[] | undefined = []
  let sizeBytes = 0
  while (sizeBytes < readMax) {
    const wanted = Math.min(chunk.length, readMax - sizeBytes)
    const { bytesRead } = await handle.read(chunk, 0, wanted)
    if (bytesRead === 0) break
    const read = chunk.subarray(0, bytesRead)
    hash.update(read)
    sizeBytes += bytesRead
    if (sizeBytes > scanLimits.resourceBytesMax) kept = undefined
    kept?.push(Buffer.from(read))
  }
  return {
    contentHash: hash.digest('hex'),
    sizeBytes,
    content: kept && Buffer.concat(kept),
  }
}
