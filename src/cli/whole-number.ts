import { InvalidArgumentError } from 'commander'

/** Reads a whole number from 0 on, for an option or an argument. */
export function wholeNumber(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('It must be a whole number from 0 on.')
  }
  return number
}
