import { createHash } from 'node:crypto'

/** The hash of bytes as a resource carries it; of nothing by default. */
export function sha256(bytes: string | Uint8Array = ''): string {
  return createHash('sha256').update(bytes).digest('hex')
}
