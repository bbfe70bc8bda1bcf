import { isUtf8 } from 'node:buffer'
import { sep } from 'node:path'
import { limits, textBytes } from '../schema/index.js'

/** A path under the root's chosen name, or the reason that it cannot be stored. */
export type Presented =
  | { readonly path: string }
  | { readonly unstorable: 'not UTF-8' | 'too long' }

/**
 * Presents a path below the root under the root's chosen name, with slashes on every system.
 *
 * A name cannot hold a NUL on any file system, and a root name that holds one was refused before.
 */
export function present(rootName: string, relative: Buffer): Presented {
  if (!isUtf8(relative)) return { unstorable: 'not UTF-8' }
  const path = `${rootName}/${relative.toString().split(sep).join('/')}`
  return textBytes(path) > limits.sourceBytesMax ? { unstorable: 'too long' } : { path }
}
