import { InvalidArgumentError } from 'commander'

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
export function listLimit(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= listedMax) return number
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${listedMax}.`)
}
