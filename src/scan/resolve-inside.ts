import type { BigIntStats } from 'node:fs'
import { lstat, realpath } from 'node:fs/promises'
import { belowRoot } from './below-root.js'
import type { Refusal } from './refusal.js'
import { unreadable } from './unreadable.js'

/** What a path leads to, links followed, inside the root. */
export interface Resolved {
  readonly real: Buffer
  /** Of the resolved path itself: never those of a link. */
  readonly stats: BigIntStats
}

/**
 * Follows all links of a path and refuses what lies outside the root.
 *
 * What lies outside is not looked at beyond that: what it is, and how large, is no business of
 * someone who scans this directory.
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
