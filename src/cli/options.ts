import { InvalidArgumentError } from 'commander'
import { limits } from '../schema/index.js'

/** Parses a whole number within limits, for an option or an argument. */
function wholeNumberWithin(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= min && number <= max) return number
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
    throw new InvalidArgumentError(`It must be a whole number ${range}.`)
  }
}

export const wholeNumber = wholeNumberWithin(0, Number.MAX_SAFE_INTEGER)

export const positiveNumber = wholeNumberWithin(1, Number.MAX_SAFE_INTEGER)

export const portNumber = wholeNumberWithin(0, 65_535)

const listedMax = 10_000
const listedByDefault = 50

/** Parses how many rows a list may have. */
export const listLimit = wholeNumberWithin(1, listedMax)

/** The help of an option that takes a {@link listLimit}. */
export const listLimitHelp = `the most rows to list (default: ${listedByDefault}, with --json all)`

/**
 * How many rows a list gets. A person sees that a list was cut, and asks for more; a program would
 * take a cut list for the whole.
 */
export function limitOf(limit: number | undefined, json = false): number | undefined {
  return limit ?? (json ? undefined : listedByDefault)
}

/** Parses `30d` or `12h` to hours. */
export function hoursOf(written: string): number {
  const [, number, unit] = /^(\d{1,9})([dh])$/.exec(written) ?? []
  const hours = Number(number) * (unit === 'd' ? 24 : 1)
  if (hours > 0 && hours <= limits.retentionDaysMax * 24) return hours
  throw new InvalidArgumentError(
    `It must be a positive number of days or hours, such as 30d or 12h, and at most ` +
      `${limits.retentionDaysMax}d.`,
  )
}
