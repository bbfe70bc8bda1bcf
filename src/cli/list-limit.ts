import { wholeNumberWithin } from './whole-number.js'

const listedMax = 10_000
const usualMax = 50

/** How a list says how long it is without being told. */
export const listLimitHelp = `how many at most (default: ${usualMax}, all with --json)`

/**
 * How many lines a list gets: a person sees that it was cut and asks for more, a program would
 * take what it gets for all there is.
 */
export function limitOf(limit: number | undefined, json = false): number | undefined {
  return limit ?? (json ? undefined : usualMax)
}

/** Reads how many lines a list may have. */
export const listLimit = wholeNumberWithin(1, listedMax)
