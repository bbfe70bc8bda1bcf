import type { Internals } from './internals.js'

/**
 * Memory is compared block by block, and only blocks that differ are copied. Smaller blocks copy
 * less and need more calls; 8 KiB, the size of a PostgreSQL page, was measured to be best.
 */
const blockBytes = 8 * 1024

const zeros = Buffer.alloc(blockBytes)

/** A range of memory; `bytes` is undefined if all of them are zero. */
interface Block {
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array | undefined
}

/** The linear memory of an engine at rest, without dead stack and zeros. */
export interface MemoryMark {
  /** Bytes of the whole memory. Everything above the top of the heap is zero. */
  readonly size: number
  readonly heapTop: number
  readonly stackPointer: number
  readonly blocks: readonly Block[]
}

/** The last mark of an engine: most of its memory still equals it at the next mark. */
const lastMark = new WeakMap<Internals, MemoryMark>()

/**
 * Records the live memory of an engine between two statements. Blocks that are unchanged since the
 * last mark are shared with it, so only memory that was written since is copied.
 */
export function markMemory(engine: Internals): MemoryMark {
  const memory = asBuffer(engine.memory())
  const heapTop = engine.heapTop()
  const stackPointer = engine.stackPointer()
  const last = lastMark.get(engine)?.blocks ?? []
  const blocks: Block[] = []
  // Between the two ranges is unused stack, which is written before it is read.
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

/** Whether the memory equals a block. */
function isKept(memory: Buffer, { start, end, bytes = zeros }: Block): boolean {
  return memory.compare(bytes, 0, end - start, start, end) === 0
}

function copyBlock(memory: Buffer, start: number, end: number): Block {
  const zero = { start, end, bytes: undefined }
  // Not slice(): on a Buffer it does not copy.
  return isKept(memory, zero)
    ? zero
    : { ...zero, bytes: new Uint8Array(memory.subarray(start, end)) }
}

/**
 * Restores the memory of a mark. The engine may be another one of the same build whose memory is at
 * least as large.
 *
 * @returns The number of bytes that were copied, in whole blocks.
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
