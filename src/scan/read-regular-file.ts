import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { scanLimits } from '../schema/index.js'

/** What was read of a file; size and hash are of the same bytes. */
export interface FileContent {
  readonly contentHash: Uint8Array
  readonly sizeBytes: number
  /** All of it; undefined where that is more than `scanLimits.resourceBytesMax`. */
  readonly content: Buffer | undefined
}

/** A link in the last place is refused, and a FIFO answers at once instead of waiting for ever. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Reads the regular file that was seen at a resolved path, whole, in constant memory.
 *
 * Returns undefined where what was opened is not what was seen: the path was taken by another
 * file, or a directory on the way became a link. The caller may look again. Throws what the
 * system reports.
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
 * Reads to the end, wherever that is by now, but not much further than it was at first: a file
 * that is appended to for ever must not hold the scan for ever.
 */
async function readWhole(handle: FileHandle, sizeAtFirst: number): Promise<FileContent> {
  // One byte more than a resource may have: a file of unknown size is seen to be oversize.
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
    contentHash: new Uint8Array(hash.digest()),
    sizeBytes,
    content: kept && Buffer.concat(kept),
  }
}
