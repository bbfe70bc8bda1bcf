import { sep } from 'node:path'

/** Joins a directory and names below it, in bytes, since a name need not be text. */
export function joinBytes(directory: Buffer, ...names: readonly (Buffer | string)[]): Buffer {
  const separator = Buffer.from(sep)
  const parts = [directory]
  let needsSeparator = !directory.subarray(-1).equals(separator)
  for (const name of names) {
    if (needsSeparator) parts.push(separator)
    parts.push(Buffer.from(name))
    needsSeparator = true
  }
  return Buffer.concat(parts)
}
