import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'

/** Entries that the system is asked for at once. */
const entriesAtOnce = 256

/**
 * The entries of a directory one by one, names in bytes, in the order of the file system.
 *
 * It is read as a stream, since a directory may hold millions of entries. Throws what the system
 * reports, while opening or while reading.
 */
export async function* directoryEntries(path: Buffer): AsyncGenerator<Dirent<Buffer>, void> {
  // The types of Node know no 'buffer' here, unlike those of readdir, although it is the same code.
  const encoding = 'buffer' as BufferEncoding
  for await (const entry of await opendir(path, { encoding, bufferSize: entriesAtOnce })) {
    yield entry as unknown as Dirent<Buffer>
  }
}
