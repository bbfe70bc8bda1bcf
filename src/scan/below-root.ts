import { joinBytes } from './join-bytes.js'

/**
 * The part of a resolved path below the root: empty for the root itself, undefined for what lies
 * outside. Both must be free of links, or the answer means nothing.
 */
export function belowRoot(root: Buffer, real: Buffer): Buffer | undefined {
  if (real.equals(root)) return Buffer.alloc(0)
  const prefix = joinBytes(root, '')
  return real.subarray(0, prefix.length).equals(prefix) ? real.subarray(prefix.length) : undefined
}
