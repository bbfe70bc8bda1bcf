import type { Time } from './model.js'

/** A time as a Date of JavaScript has it: PostgreSQL keeps microseconds, and a Date does not. */
export function toDate(time: Time): Date {
  return new Date(`${time.slice(0, 23)}Z`)
}
