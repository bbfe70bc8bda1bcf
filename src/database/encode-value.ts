import { DriftpinError } from '../errors.js'
import type { EncodedValue } from './driver.js'

/**
 * Turns a JavaScript value into PostgreSQL's text for it, the same for every engine. The server
 * then reads it as whatever type the statement wants.
 *
 * @throws DriftpinError `invalid_input` for what has no such text: a function, a symbol, an
 * invalid Date, a string with a lone surrogate (which drivers would replace without a word).
 */
export function encodeValue(value: unknown): EncodedValue {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw unencodable('a string with a lone surrogate', value)
      return value
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'object':
      if (value instanceof Date) return encodeDate(value)
      if (value instanceof Uint8Array) return encodeBytes(value)
      if (Array.isArray(value)) return encodeArray(value)
      return encodeJson(value)
    default:
      throw unencodable(`a ${typeof value}`, value)
  }
}

function unencodable(what: string, value: unknown): DriftpinError {
  return new DriftpinError(
    'invalid_input',
    `A value for a statement is ${what}, which has no form in PostgreSQL. ` +
      'Pass a string, number, bigint, boolean, Date, Uint8Array, array or plain object.',
    { value },
  )
}

function encodeJson(value: object): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    throw new DriftpinError(
      'invalid_input',
      'A value for a statement has no form in JSON: it refers to itself, or holds a bigint. ' +
        'Encode it yourself and pass the text.',
      error,
    )
  }
  // What toJSON made of it may be nothing at all.
  if (text === undefined) throw unencodable('no JSON', value)
  return text
}

function encodeDate(date: Date): string {
  const year = date.getUTCFullYear()
  if (Number.isNaN(year)) throw unencodable('an invalid Date', date)
  // PostgreSQL wants years before 1 as BC, and years past 9999 without the sign ISO 8601 has.
  const afterYear = date.toISOString().replace(/^[+-]?\d+/, '')
  const positive = String(year > 0 ? year : 1 - year).padStart(4, '0')
  return `${positive}${afterYear}${year > 0 ? '' : ' BC'}`
}

function encodeBytes(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return `\\x${view.toString('hex')}`
}

function encodeArray(array: readonly unknown[]): string {
  // Array.from makes the holes of a sparse array undefined, which is NULL.
  const elements = Array.from(array, (element) => {
    if (Array.isArray(element)) return encodeArray(element)
    const encoded = encodeValue(element)
    if (encoded === null) return 'NULL'
    return `"${encoded.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  })
  return `{${elements.join(',')}}`
}
