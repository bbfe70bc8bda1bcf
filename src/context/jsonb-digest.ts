import { sha256 } from '../database/index.js'
import { compareBytes, type JsonValue } from '../schema/index.js'

const utf8 = new TextEncoder()

/**
 * sha256 of the text that PostgreSQL prints for a value as `jsonb`, in hexadecimal: it tells
 * whether a stored body is equal without sending the body.
 *
 * Only one direction has to be right, and is: equal digests are equal bodies. A value that
 * PostgreSQL would print in another way would give another digest, and would then be sent and
 * compared as a value.
 */
export async function jsonbDigest(value: JsonValue): Promise<string> {
  return Buffer.from(await sha256(printJsonb(value))).toString('hex')
}

/** As `jsonb_out` does: a space after each colon and comma, keys by length and then by bytes. */
export function printJsonb(value: JsonValue): string {
  if (typeof value === 'number') return printNumber(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(printJsonb).join(', ')}]`
  const members = Object.entries(value as Record<string, JsonValue>)
    .map(([key, child]) => ({ key, bytes: utf8.encode(key), child }))
    .sort((a, b) => a.bytes.length - b.bytes.length || compareBytes(a.bytes, b.bytes))
  return `{${members.map(({ key, child }) => `${JSON.stringify(key)}: ${printJsonb(child)}`).join(', ')}}`
}

/** Without an exponent, since `numeric` has every digit of it. */
function printNumber(value: number): string {
  const text = JSON.stringify(value)
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!parts) return text
  const [, sign, whole, fraction = '', exponent] = parts
  const digits = `${whole}${fraction}`
  const point = 1 + Number(exponent)
  return point > 0
    ? `${sign}${digits.padEnd(point, '0')}`
    : `${sign}0.${'0'.repeat(-point)}${digits}`
}
