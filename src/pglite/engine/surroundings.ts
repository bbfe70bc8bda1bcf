import type { RandomSource } from '../random-source.js'
import type { EmscriptenOptions, Imports, Module } from './emscripten.js'

/** What an engine gets instead of the clock and the random device of the machine. */
export interface Surroundings {
  readonly random: RandomSource
  /** What `now()` says, in milliseconds since 1970; undefined follows the machine. */
  clock: number | undefined
}

export function fillRandom({ FS }: Module, random: RandomSource): void {
  const { node } = FS.lookupPath('/dev/urandom')
  FS.getDevice(node.rdev).stream_ops.read = (_stream, buffer, offset, length) => {
    random.fill(buffer.subarray(offset, offset + length))
    return length
  }
}

/** Read before a test fakes it: an engine follows real time unless it is given a clock. */
const RealDate = globalThis.Date

export function wrapClock(
  clock: () => number | undefined,
  target: Imports,
  memory: EmscriptenOptions['wasmMemory'],
): void {
  const { clock_time_get: timeGet } = target
  const now = () => clock() ?? RealDate.now()
  target.emscripten_date_now = now
  target.clock_time_get = (which, precision, result) => {
    // 0 is the time of day; the other clocks measure intervals.
    if (which !== 0) return timeGet(which, precision, result)
    const view = new DataView(memory.buffer)
    view.setBigInt64(result, BigInt(Math.round(now() * 1000)) * 1000n, true)
    return 0
  }
}
