/** A time in UTC with six decimals: 2026-01-01T00:00:00.000001Z. The texts sort as the times. */
export type Time = string

/** The time `micros` microseconds after another. */
export function later(time: Time, micros: number): Time {
  const seconds = BigInt(Date.parse(`${time.slice(0, 19)}Z`)) / 1000n
  const total = seconds * 1_000_000n + BigInt(time.slice(20, 26)) + BigInt(micros)
  const fraction = String(total % 1_000_000n).padStart(6, '0')
  return `${new Date(Number(total / 1_000_000n) * 1000).toISOString().slice(0, 19)}.${fraction}Z`
}

/** The time cut to milliseconds, as a clock of JavaScript shows it. */
export function toMilliseconds(time: Time): Time {
  return `${time.slice(0, 23)}000Z`
}

/** The time as a JavaScript Date, which has milliseconds only. */
export function toDate(time: Time): Date {
  return new Date(`${time.slice(0, 23)}Z`)
}
