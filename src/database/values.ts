import { parse as parseArray } from 'postgres-array'
import { DriftpinError } from '../errors.js'
import type { EncodedValue } from './driver.js'

/**
 * Converts a JavaScript value to PostgreSQL's text, the same for every engine. The server reads it
 * as the type that the statement requires.
 *
 * @throws DriftpinError `invalid_input` for a value without such a text: a function, a symbol, an
 * invalid Date, or a string with a lone surrogate, which drivers would replace silently.
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
    `A parameter of a statement is ${what}, which PostgreSQL cannot represent. ` +
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
      'A parameter of a statement cannot be JSON: it contains itself or a bigint. Encode it ' +
        'yourself and pass the text.',
      error,
    )
  }
  // toJSON may have returned undefined.
  if (text === undefined) throw unencodable('no JSON', value)
  return text
}

function encodeDate(date: Date): string {
  const year = date.getUTCFullYear()
  if (Number.isNaN(year)) throw unencodable('an invalid Date', date)
  // PostgreSQL needs BC for years before 1, and no sign for years after 9999.
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

/** Converts the text that PostgreSQL prints for a value other than NULL to a JavaScript value. */
export type Decoder = (text: string) => unknown

const asText: Decoder = (text) => text

/**
 * The decoders of built-in types by the oid of the type: of types that are not returned as text,
 * and of those whose arrays are decoded. The oids never change; they are in PostgreSQL's
 * `pg_type.dat`.
 */
const scalars = new Map<number, { decode: Decoder; arrayOid: number }>([
  [16, { decode: (text) => text === 't', arrayOid: 1000 }], // bool
  [17, { decode: decodeBytes, arrayOid: 1001 }], // bytea
  [20, { decode: BigInt, arrayOid: 1016 }], // int8
  [21, { decode: Number, arrayOid: 1005 }], // int2
  [23, { decode: Number, arrayOid: 1007 }], // int4
  [26, { decode: Number, arrayOid: 1028 }], // oid
  [700, { decode: Number, arrayOid: 1021 }], // float4
  [701, { decode: Number, arrayOid: 1022 }], // float8
  [114, { decode: JSON.parse, arrayOid: 199 }], // json
  [3802, { decode: JSON.parse, arrayOid: 3807 }], // jsonb
  [1184, { decode: decodeTimestamp, arrayOid: 1185 }], // timestamptz
  [18, { decode: asText, arrayOid: 1002 }], // "char"
  [19, { decode: asText, arrayOid: 1003 }], // name
  [25, { decode: asText, arrayOid: 1009 }], // text
  [1042, { decode: asText, arrayOid: 1014 }], // bpchar
  [1043, { decode: asText, arrayOid: 1015 }], // varchar
  [1082, { decode: asText, arrayOid: 1182 }], // date
  [1083, { decode: asText, arrayOid: 1183 }], // time
  [1114, { decode: asText, arrayOid: 1115 }], // timestamp
  [1186, { decode: asText, arrayOid: 1187 }], // interval
  [1700, { decode: asText, arrayOid: 1231 }], // numeric
  [2206, { decode: asText, arrayOid: 2211 }], // regtype
  [2950, { decode: asText, arrayOid: 2951 }], // uuid
])

/** Every decoder by oid, arrays included. */
export const decoders: ReadonlyMap<number, Decoder> = new Map(
  [...scalars].flatMap(([oid, { decode, arrayOid }]) => [
    [oid, decode],
    [arrayOid, (text: string) => parseArray(text, decode)],
  ]),
)

/** The decoder of a type; a type without one is returned as text. */
export function decoderOf(oid: number): Decoder {
  return decoders.get(oid) ?? asText
}

function decodeBytes(text: string): Uint8Array {
  if (text.startsWith('\\x')) return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
  // The older `bytea_output = escape`: a byte is itself, `\\`, or a backslash and three digits.
  const bytes: number[] = []
  for (const [, escaped, plain] of text.matchAll(/\\(\\|[0-7]{3})|([^\\])/g)) {
    if (plain !== undefined) bytes.push(plain.charCodeAt(0))
    else bytes.push(escaped === '\\' ? 0x5c : Number.parseInt(escaped!, 8))
  }
  return Uint8Array.from(bytes)
}

const isoTimestamp =
  /^(\d{4,6})-(\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d+))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/

/** Cut to milliseconds, which is what a Date holds. */
function decodeTimestamp(text: string): Date {
  const parts = isoTimestamp.exec(text)
  if (parts) {
    const [, year, time, fraction = '', sign, hours, minutes = '0', seconds = '0', bc] = parts
    const signedYear = bc ? 1 - Number(year) : Number(year)
    const isoYear = `${signedYear < 0 ? '-' : '+'}${String(Math.abs(signedYear)).padStart(6, '0')}`
    const milliseconds = fraction.padEnd(3, '0').slice(0, 3)
    const local = Date.parse(`${isoYear}-${time!.replace(' ', 'T')}.${milliseconds}Z`)
    // The offset is subtracted here, because historical offsets contain seconds.
    const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
    const date = new Date(local - (sign === '-' ? -offset : offset) * 1000)
    if (!Number.isNaN(date.getTime())) return date
  }
  throw new DriftpinError(
    'value_out_of_range',
    `The timestamp ${JSON.stringify(text)} has no JavaScript Date: a Date is finite, ends in the ` +
      'year 275760, and is read from DateStyle ISO only. Select it as text instead, or set the ' +
      "DateStyle of the role to 'ISO, MDY'.",
    { text },
  )
}
