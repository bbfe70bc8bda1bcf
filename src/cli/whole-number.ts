import { InvalidArgumentError } from 'commander'

/** Reads a whole number within bounds, for an option or an argument. */
export function wholeNumberWithin(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= min && number <= max) return number
    const upTo = max === Number.MAX_SAFE_INTEGER ? 'on' : `to ${max}`
    throw new InvalidArgumentError(`It must be a whole number from ${min} ${upTo}.`)
  }
}

export const wholeNumber = wholeNumberWithin(0, Number.MAX_SAFE_INTEGER)

export const portNumber = wholeNumberWithin(0, 65_535)
