import type { Internals } from './internals.js'

/**
 * Blocks are compared one by one, and only those that differ are copied. Smaller ones copy less
 * and cost more calls; 8 KiB, which is also a page of PostgreSQL, was best.
 */
const blockBytes = 8 * 1024

const zeros = Buffer.alloc(blockBytes)

/** A stretch of memory, and where its bytes are kept; -1 where all of them are zero. */
interface Block {
  readonly start: number
  readonly end: number
  readonly from: number
}

/** The linear memory of an engine at rest, without its dead stack and without its zeros. */
export interface MemoryMark {
  /** Bytes of the whole memory, of which what lies above the heap's top is zero. */
  readonly size: number
  readonly heapTop: number
  readonly stackPointer: number
  readonly blocks: readonly Block[]
  readonly bytes: Uint8Array
}

/** Copies what is alive of the memory. The engine must be at rest: between two statements. */
export function markMemory(engine: Internals): MemoryMark {
  const memory = asBuffer(engine.memory())
  const heapTop = engine.heapTop()
  const stackPointer = engine.stackPointer()
  const blocks: Block[] = []
  const kept: Uint8Array[] = []
  let length = 0
  // Between the two ranges lies stack that nobody can read before writing it.
  for (const [first, last] of [
    [engine.dataStart, engine.dataEnd],
    [stackPointer, heapTop],
  ] as const) {
    for (let start = first; start < last; start += blockBytes) {
      const end = Math.min(last, start + blockBytes)
      const bytes = memory.subarray(start, end)
      const isZero = bytes.equals(zeros.subarray(0, end - start))
      blocks.push({ start, end, from: isZero ? -1 : length })
      if (isZero) continue
      kept.push(bytes)
      length += end - start
    }
  }
  return { size: memory.length, heapTop, stackPointer, blocks, bytes: Buffer.concat(kept) }
}

/**
 * Makes the memory what it was at the mark; the engine may be another one of the same build, whose
 * memory is at least as large.
 *
 * @returns How many bytes differed, to the block.
 */
export function rewindMemory(engine: Internals, mark: MemoryMark): number {
  const memory = asBuffer(engine.memory())
  const saved = asBuffer(mark.bytes)
  const topNow = engine.heapTop()
  let copied = 0
  for (const { start, end, from } of mark.blocks) {
    const length = end - start
    if (from < 0) {
      if (memory.compare(zeros, 0, length, start, end) === 0) continue
      memory.fill(0, start, end)
    } else {
      if (memory.compare(saved, from, from + length, start, end) === 0) continue
      saved.copy(memory, start, from, from + length)
    }
    copied += length
  }
  if (topNow > mark.heapTop) {
    memory.fill(0, mark.heapTop, topNow)
    copied += topNow - mark.heapTop
  }
  engine.setStackPointer(mark.stackPointer)
  return copied
}

const asBuffer = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
