import type { Time } from './model/model.js'

/** A time as many microseconds after another. */
export function later(time: Time, micros: number): Time {
  return timeAt(microsOf(time) + BigInt(micros))
}

/** Microseconds since 1970. */
function microsOf(time: Time): bigint {
  return BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1000n + BigInt(time.slice(20, 26))
}

function timeAt(micros: bigint): Time {
  const seconds = micros / 1_000_000n
  const fraction = String(micros % 1_000_000n).padStart(6, '0')
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`
}

/** The same time without what a clock of milliseconds does not show. */
export function toMilliseconds(time: Time): Time {
  return `${time.slice(0, 23)}000Z`
}
