import type { JsonValue } from '../../schema/index.js'

/** JSON with sorted keys: the same text for all values that `jsonb` holds equal. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

/**
 * A value as PostgreSQL prints `jsonb`: a space after each comma and colon, keys by length and then
 * by bytes, numbers without an exponent.
 */
export function jsonbText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(jsonbText).join(', ')}]`
  if (typeof value === 'number') return decimal(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value)
    .map(([key, member]) => ({
      bytes: Buffer.from(key),
      text: `${JSON.stringify(key)}: ${jsonbText(member)}`,
    }))
    .sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes))
  return `{${members.map(({ text }) => text).join(', ')}}`
}

/** Moves the decimal point of the shortest text of a number by its exponent. */
function decimal(value: number): string {
  const [mantissa = '', exponent] = String(Math.abs(value)).split('e')
  const sign = value < 0 ? '-' : ''
  if (exponent === undefined) return `${sign}${mantissa}`
  const [whole = '', fraction = ''] = mantissa.split('.')
  const shift = Number(exponent)
  if (shift < 0) return `${sign}0.${(whole + fraction).padStart(fraction.length - shift, '0')}`
  return `${sign}${whole}${fraction.padEnd(shift, '0')}`
}
