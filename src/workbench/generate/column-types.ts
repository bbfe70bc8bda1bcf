import { quoteIdentifier } from '../../database/index.js'
import type { SchemaManifest } from '../../schema/index.js'

/** What a value of a type is in TypeScript: when it is read, and what may be written. */
export interface ValueType {
  readonly select: string
  readonly insert: string
}

/**
 * What drivers read differently is a parameter of the generated types, with what node-postgres
 * makes of it as it comes; the adapters of driftpin make the other thing.
 */
export const parameters = [
  { name: 'Int8', nodePostgres: 'string', driftpin: 'bigint', of: 'a bigint' },
  { name: 'DateTime', nodePostgres: 'Date', driftpin: 'string', of: 'a date or a plain timestamp' },
  { name: 'Interval', nodePostgres: 'unknown', driftpin: 'string', of: 'an interval' },
] as const

/**
 * The built-in types for which `string` is not the whole answer. Where node-postgres as it comes
 * and the adapters of driftpin agree, it is what both give; where they do not, it is a parameter
 * or `unknown`. Every other type is the text that PostgreSQL prints, with both.
 */
const builtIn = new Map<string, { select: string; insert?: string; array?: string }>([
  ['boolean', { select: 'boolean' }],
  ['smallint', { select: 'number' }],
  ['integer', { select: 'number' }],
  ['oid', { select: 'number' }],
  ['real', { select: 'number' }],
  ['double precision', { select: 'number' }],
  ['bigint', { select: 'Int8', insert: 'Int8 | number | bigint | string' }],
  ['numeric', { select: 'string', insert: 'number | bigint | string', array: 'unknown' }],
  ['bytea', { select: 'Uint8Array' }],
  ['json', { select: 'JsonValue' }],
  ['jsonb', { select: 'JsonValue' }],
  ['timestamp with time zone', { select: 'Date', insert: 'Date | string' }],
  ['timestamp without time zone', { select: 'DateTime', insert: 'Date | string' }],
  ['date', { select: 'DateTime', insert: 'Date | string' }],
  ['interval', { select: 'Interval', insert: 'string' }],
  ['text', { select: 'string' }],
  ['character varying', { select: 'string' }],
  ['character', { select: 'string' }],
  ['bpchar', { select: 'string' }],
  ['uuid', { select: 'string' }],
  ['time without time zone', { select: 'string' }],
  // node-postgres makes objects of these.
  ['point', { select: 'unknown', insert: 'string', array: 'unknown' }],
  ['circle', { select: 'unknown', insert: 'string', array: 'string' }],
  // The arrays of these are arrays with one of the two, and text with the other.
  ...[
    '"char"',
    'name',
    'regtype',
    'inet',
    'cidr',
    'macaddr',
    'money',
    'time with time zone',
    'numrange',
    'regproc',
  ].map((type) => [type, { select: 'string', array: 'unknown' }] as const),
])

/** Finds the TypeScript type of a type as `format_type` prints it. */
export function createColumnTypes(
  { enums, domains }: SchemaManifest,
  enumNames: ReadonlyMap<string, string>,
): (type: string) => ValueType {
  const text: ValueType = { select: 'string', insert: 'string' }
  const enumTypes = byPrintedName(enums, ({ name }) => enumNames.get(name)!)
  const baseTypes = byPrintedName(domains, ({ type }) => type)
  const valueType = (type: string): ValueType => {
    const found = builtIn.get(withoutModifiers(type))
    const enumType = enumTypes.get(type)
    // The wire has the type under a domain; that one may be a domain again.
    const base = baseTypes.get(type)
    if (found) return { select: found.select, insert: found.insert ?? found.select }
    if (enumType !== undefined) return { select: enumType, insert: enumType }
    return base === undefined ? arrayType(type) : valueType(base)
  }
  const arrayType = (type: string): ValueType => {
    if (!type.endsWith('[]')) return text
    const element = type.slice(0, -2)
    const found = builtIn.get(withoutModifiers(element))
    if (found?.array) return { select: found.array, insert: found.array }
    if (found) {
      const { select, insert = select } = found
      return { select: arrayOf(select), insert: `readonly ${arrayOf(insert)}` }
    }
    // Read as text, since drivers do not know the type; written as either.
    const enumType = enumTypes.get(element)
    return enumType === undefined
      ? text
      : { select: 'string', insert: `string | readonly ${arrayOf(enumType)}` }
  }
  return valueType
}

/** PostgreSQL prints a name with quotes only where it needs them. */
function byPrintedName<T extends { readonly name: string }>(
  types: readonly T[],
  textOf: (type: T) => string,
): ReadonlyMap<string, string> {
  return new Map(
    types.flatMap((type) => [
      [type.name, textOf(type)],
      [quoteIdentifier(type.name), textOf(type)],
    ]),
  )
}

/** Nothing in the catalog says that an element is not NULL. */
const arrayOf = (type: string) => (type === 'unknown' ? 'unknown[]' : `(${type} | null)[]`)

/** `numeric(10,2)` is numeric, and `interval day to second(3)` is interval. */
function withoutModifiers(type: string): string {
  if (type.startsWith('"') || type.endsWith(']')) return type
  return type.startsWith('interval') ? 'interval' : type.replace(/\(-?\d+(?:,-?\d+)?\)/, '')
}
