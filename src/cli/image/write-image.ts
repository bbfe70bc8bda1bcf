import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { DriftpinError } from '../../errors.js'
import { isDriftpins } from '../data-folder.js'
import {
  checkImagePath,
  encodeHead,
  type ImageEntry,
  type ImageFacts,
  pieceBytes,
  sumBytes,
} from './image-format.js'

/** What belongs to a process, or to the folder around a database, and not to its state. */
const isLeftOut = (name: string) => /^postmaster\.(pid|opts)$/.test(name) || isDriftpins(name)

/** Is told how many bytes of all have been copied. */
export type OnProgress = (bytes: number, ofBytes: number) => void

/**
 * Writes a folder into one file. Nobody may write to the folder meanwhile.
 *
 * @param file Must not be there yet, and is worth nothing where this fails.
 */
export async function writeImage(
  folder: string,
  file: string,
  facts: ImageFacts,
  onProgress?: OnProgress,
): Promise<void> {
  const entries = await listEntries(folder)
  const output = openSync(file, 'wx', 0o600)
  try {
    let sum = 0
    const write = (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at)
      sum = crc32(bytes, sum)
    }
    write(encodeHead({ facts, entries }))
    const all = entries.reduce((total, [, bytes]) => total + (bytes ?? 0), 0)
    let copied = 0
    for (const [path, bytes] of entries) {
      if (bytes === null) continue
      copyFile(join(folder, path), bytes, write)
      copied += bytes
      onProgress?.(copied, all)
    }
    const end = Buffer.alloc(sumBytes)
    end.writeUInt32LE(sum)
    write(end)
    fsyncSync(output)
  } finally {
    closeSync(output)
  }
}

async function listEntries(folder: string): Promise<ImageEntry[]> {
  const entries: ImageEntry[] = []
  const visit = async (directory: string) => {
    for (const entry of await readdir(join(folder, directory), { withFileTypes: true })) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`
      if (directory === '' && isLeftOut(path)) continue
      const whole = join(folder, checkImagePath(path))
      if (entry.isDirectory()) {
        entries.push([path, null])
        await visit(path)
      } else if (entry.isFile()) entries.push([path, (await stat(whole)).size])
      else throw cannotHold(`${whole} is neither a file nor a directory.`, { whole })
    }
  }
  await visit('')
  return entries
}

function copyFile(path: string, bytes: number, write: (piece: Buffer) => void): void {
  const input = openSync(path, 'r')
  try {
    for (let left = bytes; left > 0; ) {
      const piece = Buffer.alloc(Math.min(left, pieceBytes))
      const read = readSync(input, piece)
      if (read === 0) throw cannotHold(`${path} became shorter meanwhile. Try again.`, { path })
      left -= read
      write(piece.subarray(0, read))
    }
  } finally {
    closeSync(input)
  }
}

const cannotHold = (why: string, cause: unknown) =>
  new DriftpinError('image_unusable', `The image cannot be made: ${why}`, cause)
