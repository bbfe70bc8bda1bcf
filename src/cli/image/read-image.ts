import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import {
  checkImagePath,
  damagedImage,
  firstLineBytes,
  headBytesOf,
  type ImageFacts,
  type ImageHead,
  pieceBytes,
  sumBytes,
} from './image-format.js'

/** What an image says about itself; only {@link layImageFiles} looks at all of it. */
export function readImageFacts(file: string): ImageFacts {
  using image = new ImageReader(file)
  return image.head().facts
}

/**
 * Writes the files of an image into a new folder.
 *
 * @throws DriftpinError `image_damaged` for one that is not whole. The folder is then worth
 * nothing.
 */
export function layImageFiles(file: string, folder: string): void {
  using image = new ImageReader(file)
  const { entries } = image.head()
  mkdirSync(folder, { mode: 0o700 })
  for (const [path, bytes] of entries) {
    const to = join(folder, checkImagePath(path))
    if (bytes === null) mkdirSync(to, { mode: 0o700 })
    else layFile(to, image.pieces(bytes, path))
  }
  const { sum } = image
  const [end] = image.pieces(sumBytes, 'its checksum')
  if (end!.readUInt32LE() !== sum) throw damagedImage('its checksum is wrong')
}

function layFile(path: string, pieces: Iterable<Buffer>): void {
  const output = openSync(path, 'wx', 0o600)
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(output, piece, at)
    }
  } finally {
    closeSync(output)
  }
}

/** Reads a file from its beginning to its end, and adds it up. */
class ImageReader {
  sum = 0
  readonly #input: number

  constructor(file: string) {
    this.#input = openSync(file, 'r')
  }

  head(): ImageHead {
    const bytes = headBytesOf(this.#take(firstLineBytes, 'its first line'))
    const json = this.#take(bytes, 'what it says about itself').toString()
    try {
      return JSON.parse(json) as ImageHead
    } catch (error) {
      throw damagedImage('what it says about itself cannot be read', error)
    }
  }

  *pieces(bytes: number, what: string): Generator<Buffer> {
    for (let left = bytes; left > 0; ) {
      const piece = Buffer.alloc(Math.min(left, pieceBytes))
      const read = readSync(this.#input, piece)
      if (read === 0) throw damagedImage(`it ends within ${what}`)
      left -= read
      this.sum = crc32(piece.subarray(0, read), this.sum)
      yield piece.subarray(0, read)
    }
  }

  #take(bytes: number, what: string): Buffer {
    return Buffer.concat([...this.pieces(bytes, what)])
  }

  [Symbol.dispose](): void {
    closeSync(this.#input)
  }
}
