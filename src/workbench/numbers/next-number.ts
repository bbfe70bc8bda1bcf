import type { NumberedMigration } from './numbered-migrations.js'

const firstDigits = '000001'

/**
 * The next number after a version, in the style of the newest of some migrations: a time as
 * `20260131120000`, seconds since 1970, or a count with as many zeros as it has.
 */
export function nextNumber(
  migrations: readonly Pick<NumberedMigration, 'digits' | 'version'>[],
  after: number,
  now: Date,
): string {
  const newest = migrations.reduce<(typeof migrations)[number] | undefined>(
    (best, one) => (best && best.version > one.version ? best : one),
    undefined,
  )
  if (!newest) return String(after + 1).padStart(firstDigits.length, '0')
  const { digits } = newest
  if (isTime(digits)) {
    const time = timeDigits(now)
    // Two at once, or a clock that is behind: the second after the newest one.
    return Number(time) > after ? time : secondAfter(String(after))
  }
  const seconds = Math.floor(now.getTime() / 1000)
  if (/^1\d{9}$/.test(digits)) return String(Math.max(after + 1, seconds))
  return String(after + 1).padStart(digits.length, '0')
}

function timeDigits(date: Date): string {
  return date.toISOString().replaceAll(/\D/g, '').slice(0, 14)
}

function readTime(digits: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function isTime(digits: string): boolean {
  const time = readTime(digits)
  return time !== undefined && !Number.isNaN(time.getTime())
}

function secondAfter(digits: string): string {
  const time = readTime(digits)
  // A number that is no time although its neighbours are, such as one that was counted up by hand.
  if (!time || Number.isNaN(time.getTime())) return String(Number(digits) + 1)
  return timeDigits(new Date(time.getTime() + 1000))
}
