import { compareBytes } from '../schema/aggregate-hash.js'
import type { JsonValue } from '../schema/json.js'

const utf8 = new TextEncoder()

/**
 * sha256 of the text that PostgreSQL prints for a value as `jsonb`, in hexadecimal: it tells
 * whether a stored body is equal without sending the body.
 *
 * Only one direction has to be right, and is: equal digests are equal bodies. A value that
 * PostgreSQL would print in another way, such as a number with an exponent, gives another digest,
 * and is then sent and compared as a value.
 */
export async function jsonbDigest(value: JsonValue): Promise<string> {
  const bytes = utf8.encode(printJsonb(value))
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
}

/** As `jsonb_out` does: a space after each colon and comma, keys by length and then by bytes. */
function printJsonb(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(printJsonb).join(', ')}]`
  const members = Object.entries(value as Record<string, JsonValue>)
    .map(([key, child]) => ({ key, bytes: utf8.encode(key), child }))
    .sort((a, b) => a.bytes.length - b.bytes.length || compareBytes(a.bytes, b.bytes))
  return `{${members.map(({ key, child }) => `${JSON.stringify(key)}: ${printJsonb(child)}`).join(', ')}}`
}
