import { isUtf8 } from 'node:buffer'
import type { BigIntStats, Dirent } from 'node:fs'
import { lstat, opendir, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { limits, textBytes } from '../schema/index.js'

/** The directory that is scanned, as the machine and as the sources name it. */
export interface ScanRoot {
  /** Without a trailing slash, so the name of the file system's own root is empty. */
  readonly name: string
  /** Absolute and free of links. Bytes, because a path need not be text. */
  readonly real: Buffer
}

/** Why a file or directory is reported without its content. */
export interface Refusal {
  readonly status: 'unreadable' | 'invalid'
  /** Shown to users, so it names no path of the machine. */
  readonly error: string
}

/** Joins a directory and names below it, in bytes, because a name need not be text. */
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

/**
 * The part of a resolved path below the root: empty for the root itself, undefined for a path
 * outside. Both paths must be free of links; otherwise the result means nothing.
 */
export function belowRoot(root: Buffer, real: Buffer): Buffer | undefined {
  if (real.equals(root)) return Buffer.alloc(0)
  const prefix = joinBytes(root, '')
  return real.subarray(0, prefix.length).equals(prefix) ? real.subarray(prefix.length) : undefined
}

/** A path under the root's chosen name, or the reason why it cannot be stored. */
export type Presented =
  | { readonly path: string }
  | { readonly unstorable: 'not UTF-8' | 'too long' }

/**
 * Presents a path below the root under the root's chosen name, with slashes on every system.
 *
 * A NUL needs no check: no file system allows one in a name, and `scan` refuses a root name with
 * one.
 */
export function present(rootName: string, relative: Buffer): Presented {
  if (!isUtf8(relative)) return { unstorable: 'not UTF-8' }
  const path = `${rootName}/${relative.toString().split(sep).join('/')}`
  return textBytes(path) > limits.sourceBytesMax ? { unstorable: 'too long' } : { path }
}

/** What a path leads to inside the root, after all links are followed. */
export interface Resolved {
  readonly real: Buffer
  /** Of the resolved path itself, so never of a link. */
  readonly stats: BigIntStats
}

/**
 * Follows all links of a path and refuses a target outside the root.
 *
 * Nothing about such a target is looked up or reported, neither its kind nor its size: it does not
 * belong to what is scanned.
 */
export async function resolveInside(root: Buffer, path: Buffer): Promise<Resolved | Refusal> {
  try {
    const real = await realpath(path, { encoding: 'buffer' })
    if (belowRoot(root, real) === undefined) {
      return { status: 'invalid', error: 'a link that leaves the scanned directory' }
    }
    return { real, stats: await lstat(real, { bigint: true }) }
  } catch (error) {
    return unreadable(error)
  }
}

/**
 * The real path of a directory, or why it cannot be entered. Undefined if there is nothing at the
 * path or something other than a directory; neither is worth a report.
 *
 * A broken link is reported, because somebody meant it to lead somewhere.
 */
export async function enterDirectory(
  root: Buffer,
  path: Buffer,
): Promise<Buffer | Refusal | undefined> {
  try {
    await lstat(path)
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT' ? undefined : unreadable(error)
  }
  const resolved = await resolveInside(root, path)
  if ('status' in resolved) return resolved
  return resolved.stats.isDirectory() ? resolved.real : undefined
}

/** How many entries are requested from the system in one call. */
const entriesAtOnce = 256

/**
 * The entries of a directory one by one, names in bytes, in the order of the file system.
 *
 * The directory is read as a stream, because it may hold millions of entries. Throws what the
 * system reports while it opens or reads the directory.
 */
export async function* directoryEntries(path: Buffer): AsyncGenerator<Dirent<Buffer>, void> {
  // Node's types do not list 'buffer' here, unlike those of readdir, although both take it.
  const encoding = 'buffer' as BufferEncoding
  for await (const entry of await opendir(path, { encoding, bufferSize: entriesAtOnce })) {
    yield entry as unknown as Dirent<Buffer>
  }
}

/** Cuts a stream into arrays of at most `size` items, so that concurrent work stays bounded. */
export async function* inBatches<T>(
  items: Iterable<T> | AsyncIterable<T>,
  size: number,
): AsyncGenerator<T[], void> {
  let batch: T[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/**
 * The code of an error that the operating system reported, such as ENOENT. Undefined for every
 * other error: that is a bug, not a fact about the scanned tree.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'missing, or a broken link',
  ENOTDIR: 'missing, or a broken link',
  ELOOP: 'links that lead in a circle',
}

/**
 * Turns a system error into a refusal that shows only its code, because the message of the error
 * contains the real path. Any other error is a bug and is thrown unchanged.
 */
export function unreadable(error: unknown): Refusal {
  const code = systemErrorCode(error)
  if (code === undefined) throw error
  return { status: 'unreadable', error: `${words[code] ?? 'cannot be read'} (${code})` }
}
