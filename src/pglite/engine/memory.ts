import type { Internals } from './internals.js'

/**
 * Blocks are compared one by one, and only those that differ are copied. Smaller ones copy less
 * and cost more calls; 8 KiB, which is also a page of PostgreSQL, was best.
 */
const blockBytes = 8 * 1024

const zeros = Buffer.alloc(blockBytes)

/** A stretch of memory; without bytes where all of them are zero. */
interface Block {
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array | undefined
}

/** The linear memory of an engine at rest, without its dead stack and without its zeros. */
export interface MemoryMark {
  /** Bytes of the whole memory, of which what lies above the heap's top is zero. */
  readonly size: number
  readonly heapTop: number
  readonly stackPointer: number
  readonly blocks: readonly Block[]
}

/** The mark that an engine's memory equalled last: most of it still does at the next. */
const lastMark = new WeakMap<Internals, MemoryMark>()

/**
 * Notes what is alive of the memory. The engine must be at rest: between two statements. Blocks
 * that are what they were at the mark before are that one's, so that nothing is copied but what
 * was written since.
 */
export function markMemory(engine: Internals): MemoryMark {
  const memory = asBuffer(engine.memory())
  const heapTop = engine.heapTop()
  const stackPointer = engine.stackPointer()
  const last = lastMark.get(engine)?.blocks ?? []
  const blocks: Block[] = []
  // Between the two ranges lies stack that nobody can read before writing it.
  for (const [first, end] of [
    [engine.dataStart, engine.dataEnd],
    [stackPointer, heapTop],
  ] as const) {
    for (let start = first; start < end; start += blockBytes) {
      const block = last[blocks.length]
      const stop = Math.min(end, start + blockBytes)
      const isSame = block?.start === start && block.end === stop && isKept(memory, block)
      blocks.push(isSame ? block : copyBlock(memory, start, stop))
    }
  }
  const mark = { size: memory.length, heapTop, stackPointer, blocks }
  lastMark.set(engine, mark)
  return mark
}

/** Whether the memory holds what a block says. */
function isKept(memory: Buffer, { start, end, bytes = zeros }: Block): boolean {
  return memory.compare(bytes, 0, end - start, start, end) === 0
}

function copyBlock(memory: Buffer, start: number, end: number): Block {
  const zero = { start, end, bytes: undefined }
  // Not slice(): of a Buffer, it would be the same bytes again.
  return isKept(memory, zero)
    ? zero
    : { ...zero, bytes: new Uint8Array(memory.subarray(start, end)) }
}

/**
 * Makes the memory what it was at the mark; the engine may be another one of the same build, whose
 * memory is at least as large.
 *
 * @returns How many bytes differed, to the block.
 */
export function rewindMemory(engine: Internals, mark: MemoryMark): number {
  const memory = asBuffer(engine.memory())
  const topNow = engine.heapTop()
  let copied = 0
  for (const block of mark.blocks) {
    if (isKept(memory, block)) continue
    const { start, end, bytes } = block
    if (bytes) memory.set(bytes, start)
    else memory.fill(0, start, end)
    copied += end - start
  }
  if (topNow > mark.heapTop) {
    memory.fill(0, mark.heapTop, topNow)
    copied += topNow - mark.heapTop
  }
  engine.setStackPointer(mark.stackPointer)
  lastMark.set(engine, mark)
  return copied
}

const asBuffer = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
