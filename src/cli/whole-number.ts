import { InvalidArgumentError } from 'commander'

/** Reads an argument that is a whole number from 0 on. */
export function wholeNumber(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('It must be a whole number from 0 on.')
  }
  return number
}
