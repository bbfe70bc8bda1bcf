import { InvalidArgumentError } from 'commander'

const listedMax = 10_000

/** Reads how many lines a list may have. */
export function listLimit(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= listedMax) return number
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${listedMax}.`)
}
