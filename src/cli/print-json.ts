/**
 * Prints a value as JSON: bytes in hexadecimal, big integers as numbers where they fit. What a
 * terminal could obey, or not show, is escaped, which JSON allows everywhere.
 */
export function printJson(value: unknown): void {
  const replacer = (_: string, one: unknown) => {
    if (one instanceof Uint8Array) return Buffer.from(one).toString('hex')
    if (typeof one === 'bigint')
      return Number.isSafeInteger(Number(one)) ? Number(one) : String(one)
    return one
  }
  const text = JSON.stringify(value, replacer, 2)
  console.log(text.replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, escapeUnits))
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
