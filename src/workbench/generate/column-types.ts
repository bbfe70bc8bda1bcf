import type { SchemaManifest } from '../../catalog/index.js'
import { quoteIdentifier } from '../../database/index.js'

const identifier = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u

const isIdentifier = (name: string): boolean => identifier.test(name)

/** A string literal. */
export function literal(text: string): string {
  // JSON has every escape that is needed; only its quotes differ.
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inside}'`
}

export const literals = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`

/** A name as the key of an object or the member of an interface. */
export function key(name: string): string {
  // Without brackets, an object literal would use this one as its prototype.
  if (name === '__proto__') return "['__proto__']"
  return isIdentifier(name) ? name : literal(name)
}

/** A comment of the database as a doc comment; empty if there is none. */
export function docComment(comment: string, indent: string, example?: string): string {
  if (comment === '' && example === undefined) return ''
  const lines = comment.replaceAll('*/', '*\\/').split(/\r\n|[\r\n\u2028\u2029]/)
  if (example !== undefined) {
    lines.push('', '@example', '```ts', ...example.split('\n'), '```')
  }
  if (comment === '') lines.splice(0, 2)
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`
}

/** The names of tables, views and enums in TypeScript, by their names in the database. */
export interface TypeNames {
  readonly tables: ReadonlyMap<string, string>
  readonly views: ReadonlyMap<string, string>
  readonly enums: ReadonlyMap<string, string>
}

/** Names that the generated file uses itself. */
const reserved = ['Date', 'Uint8Array', 'Column', 'JsonValue', 'Int8', 'DateTime', 'Interval']

/**
 * Chooses a type name for each, such as `ChatMessagesTable` for `chat_messages`. If several have
 * the same name, the later ones get a number.
 *
 * @param taken Names that are used for something else.
 */
export function nameTypes(manifest: SchemaManifest, taken: readonly string[]): TypeNames {
  const used = new Set([...reserved, ...taken])
  const nameAll = (some: readonly { readonly name: string }[], suffix: string) =>
    new Map(some.map(({ name }) => [name, unique(`${pascal(name)}${suffix}`, used)]))
  return {
    enums: nameAll(manifest.enums, ''),
    tables: nameAll(manifest.tables, 'Table'),
    views: nameAll(manifest.views, 'View'),
  }
}

function unique(name: string, used: Set<string>): string {
  let free = name
  for (let number = 2; used.has(free); number++) free = `${name}${number}`
  used.add(free)
  return free
}

function pascal(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  if (isIdentifier(joined)) return joined
  return isIdentifier(`_${joined}`) ? `_${joined}` : '_'
}

/** The TypeScript types of a value: when it is read, and when it is written. */
export interface ValueType {
  readonly select: string
  readonly insert: string
}

/**
 * Types that drivers read differently are parameters of the generated types. The default is what
 * node-postgres returns without configuration; the adapters of driftpin return the other type.
 */
export const parameters = [
  { name: 'Int8', nodePostgres: 'string', driftpin: 'bigint', of: 'a bigint' },
  { name: 'DateTime', nodePostgres: 'Date', driftpin: 'string', of: 'a date or a plain timestamp' },
  { name: 'Interval', nodePostgres: 'unknown', driftpin: 'string', of: 'an interval' },
] as const

/**
 * The built-in types that are not simply `string`. If node-postgres without configuration and the
 * adapters of driftpin return the same type, it is that type; otherwise a parameter or `unknown`.
 * Every other type is the text that PostgreSQL prints.
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
  // node-postgres returns objects for these.
  ['point', { select: 'unknown', insert: 'string', array: 'unknown' }],
  ['circle', { select: 'unknown', insert: 'string', array: 'string' }],
  // One of the two returns an array for arrays of these, the other returns text.
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

/** Returns the TypeScript type of a type as printed by `format_type`. */
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
    // The protocol reports the base type of a domain, which may be a domain itself.
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
