import { sha256 } from '../database/index.js'
import { compareBytes, type JsonValue, whyNotStorable } from '../schema/index.js'

/**
 * The reason why a value cannot be stored as a `jsonb` object and read back equal, or undefined if
 * it can. Values nest at most `depthMax` deep; the object itself is at depth 1. A cycle exceeds any
 * depth.
 *
 * The function uses a list instead of recursion, so that no value exhausts the stack. It stops as
 * soon as the text must be longer than `bytesMax`: an array that occurs in many places, which again
 * contain it, would otherwise never end, here and in JSON.stringify.
 */
export function whyNotJson(
  object: unknown,
  { depthMax, bytesMax }: { readonly depthMax: number; readonly bytesMax: number },
): string | undefined {
  if (typeof object !== 'object' || object === null || Array.isArray(object) || !isPlain(object)) {
    return 'must be a plain object'
  }
  // Every member is counted with a comma; the last one has none.
  let bytes = 1
  const rest: Container[] = [{ value: object, path: '', depth: 1 }]
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { value, path, depth } = next
    if (depth > depthMax) return `nests more than ${depthMax} deep`
    // Paths are for messages; beyond a few levels they only take time.
    const at = (key: string | number) => (depth > 5 ? path : `${path}.${key}`)
    const isArray = Array.isArray(value)
    const keys = isArray ? undefined : Object.keys(value)
    for (let index = 0; index < (keys ?? (value as unknown[])).length; index++) {
      const key = keys ? keys[index]! : index
      const why = keys && whyNotKey(value, keys[index]!)
      if (why) return at(key) === path ? why : `${at(key)}: ${why}`
      const child = (value as Record<string | number, unknown>)[key]
      bytes += leastBytes(child) + (keys ? keys[index]!.length + 3 : 0)
      if (bytes > bytesMax) return `has more than the ${bytesMax} bytes as JSON that are allowed`
      const whyChild = whyNotScalar(child)
      if (whyChild === undefined)
        rest.push({ value: child as object, path: at(key), depth: depth + 1 })
      else if (whyChild !== '') return `${at(key)}: ${whyChild}`
    }
  }
  return undefined
}

/** An array or object whose members are still to be checked. */
interface Container {
  readonly value: object
  readonly path: string
  readonly depth: number
}

function whyNotKey(value: object, key: string): string | undefined {
  const why = whyNotStorable(key)
  if (why) return `the key ${why}`
  // A getter may return something else when the value is encoded.
  return Object.getOwnPropertyDescriptor(value, key)?.get ? 'is a getter' : undefined
}

/**
 * The number of additional bytes that PostgreSQL prints for the numbers of a JSON value. It writes
 * 1e308 as a one and 308 zeros, so a body could be small when it is stored and huge when it is
 * read.
 */
export function exponentBytes(value: unknown): number {
  if (typeof value === 'number') {
    const exponent = /e([+-]\d+)$/.exec(String(value))?.[1]
    return exponent === undefined ? 0 : Math.abs(Number(exponent))
  }
  if (typeof value !== 'object' || value === null) return 0
  let sum = 0
  for (const child of Object.values(value)) sum += exponentBytes(child)
  return sum
}

/** Empty for a good scalar, a reason for a bad value, undefined for an array or object. */
function whyNotScalar(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return whyNotStorable(value) ?? ''
    case 'number':
      return Number.isFinite(value) ? '' : `${value} has no form in JSON`
    case 'boolean':
      return ''
    case 'object':
      if (value === null) return ''
      return isPlain(value) ? undefined : 'is not a plain object or array'
    case 'undefined':
      return 'is missing, which has no form in JSON'
    default:
      return `a ${typeof value} has no form in JSON`
  }
}

/** A lower bound of the bytes of a value as JSON with a comma, without those of its elements. */
function leastBytes(value: unknown): number {
  return typeof value === 'string' ? value.length + 3 : 2
}

/** Whether a value is a plain object or array, so that JSON.stringify writes what was checked. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  const plain = Array.isArray(value) || prototype === Object.prototype || prototype === null
  return plain && typeof (value as { toJSON?: unknown }).toJSON !== 'function'
}

const utf8 = new TextEncoder()

/**
 * sha256, in hexadecimal, of the text that PostgreSQL prints for a value as `jsonb`. It shows
 * whether a stored body is equal without sending the body.
 *
 * Equal digests always mean equal bodies. If PostgreSQL prints a value in another way, the digests
 * differ, and the body is sent and compared as a value.
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

/** Without an exponent, because `numeric` prints every digit. */
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
