/** Prints a value as JSON: bytes in hexadecimal, big integers as numbers where they fit. */
export function printJson(value: unknown): void {
  const replacer = (_: string, one: unknown) => {
    if (one instanceof Uint8Array) return Buffer.from(one).toString('hex')
    if (typeof one === 'bigint')
      return Number.isSafeInteger(Number(one)) ? Number(one) : String(one)
    return one
  }
  console.log(JSON.stringify(value, replacer, 2))
}
