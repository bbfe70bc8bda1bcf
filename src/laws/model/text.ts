import { isUtf8 } from 'node:buffer'
import type { BodyKind, JsonValue } from '../../schema/index.js'
import type { Resource } from './model.js'

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

/** The order of COLLATE "C": by the bytes of UTF-8. */
export function inByteOrder(sources: readonly string[]): string[] {
  return [...sources].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

/** The field of a body that holds the bytes of a file, encoded in base64. */
const byteFields: Partial<Record<BodyKind, string>> = { instruction_file: 'content', skill: 'meta' }

/**
 * The text of an instruction file or of the SKILL.md of a skill, without a byte order mark. Null if
 * the status is not ok, and if the bytes are missing or are not UTF-8.
 */
export function textOf({ kind, body, status }: Resource): string | null {
  const field = byteFields[kind]
  if (status !== 'ok' || field === undefined) return null
  const encoded = (body as Record<string, unknown>)[field] ?? ''
  if (typeof encoded !== 'string' || !isBase64(encoded)) return null
  const bytes = Buffer.from(encoded, 'base64')
  return isUtf8(bytes) ? bytes.toString().replace(/^\ufeff/, '') : null
}

/** Groups of four letters, of which the last may end in padding. */
function isBase64(text: string): boolean {
  const letters = text.replace(/={1,2}$/, '')
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*$/.test(letters)
}
