import { createHash, randomFillSync } from 'node:crypto'

/** The random bytes of an engine. With a seed, they can be repeated from a position. */
export interface RandomSource {
  fill(bytes: Uint8Array): void
  position(): number
  /** Continues from a position; without a seed it does nothing. */
  goTo(position: number): void
}

/**
 * @param seed Makes the bytes the same each time; without it they cannot be predicted.
 */
export function createRandomSource(seed: number | undefined): RandomSource {
  if (seed === undefined) {
    return { fill: (bytes) => void randomFillSync(bytes), position: () => 0, goTo: () => {} }
  }
  let position = 0
  let block = { index: -1, bytes: new Uint8Array() }
  const byteAt = (at: number) => {
    const index = Math.floor(at / 32)
    if (block.index !== index) {
      block = { index, bytes: createHash('sha256').update(`driftpin ${seed} ${index}`).digest() }
    }
    return block.bytes[at % 32]!
  }
  return {
    fill: (bytes) => {
      for (let index = 0; index < bytes.length; index++) bytes[index] = byteAt(position++)
    },
    position: () => position,
    goTo: (to) => {
      position = to
    },
  }
}
