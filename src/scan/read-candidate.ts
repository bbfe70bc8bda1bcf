import { createHash } from 'node:crypto'
import { belowRoot } from './below-root.js'
import type { Candidate } from './candidate.js'
import { present } from './present.js'
import { type FileContent, readRegularFile } from './read-regular-file.js'
import type { Refusal } from './refusal.js'
import { resolveInside } from './resolve-inside.js'
import type { ScanRoot } from './scan-root.js'
import { unreadable } from './unreadable.js'

/** What reading a candidate gave; the hash is that of nothing where nothing could be read. */
export interface Reading extends FileContent {
  /** The real file under the root's chosen name where a link was followed, otherwise empty. */
  readonly sourcePath: string
  readonly refusal?: Refusal
}

/** How often a file that is replaced while it is opened is looked at again. */
const attemptsMax = 3

/**
 * Reads a candidate, following links inside the root only. Never throws for the state of the
 * tree: what goes wrong is the `refusal` of the reading.
 *
 * A file is opened only after its real path was seen to be a regular file, and what was opened is
 * compared with what was seen.
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
  return refused({ status: 'unreadable', error: 'replaced again and again while it was opened' })
}

function refused(refusal: Refusal, sourcePath = '', sizeBytes = 0): Reading {
  const contentHash = new Uint8Array(createHash('sha256').digest())
  return { contentHash, sizeBytes, content: undefined, sourcePath, refusal }
}

/**
 * A real path that cannot be stored is left empty rather than refused: the resource is whole
 * without it, since nothing is ever found again by its source path.
 */
function presentReal(root: ScanRoot, real: Buffer, source: string): string {
  const presented = present(root.name, belowRoot(root.real, real)!)
  return 'path' in presented && presented.path !== source ? presented.path : ''
}
