import type { ManifestColumn, ManifestTable } from '../../catalog/index.js'
import { literal } from '../generate/column-types.js'
import { literalValue } from './sql-text.js'
import type { TargetCatalog, TargetType } from './target-catalog.js'

/** The names of the exports of the file, and what it imports. */
export interface DrizzleNames {
  /** The functions of drizzle-orm/pg-core that are used. */
  readonly imports: Set<string>
  /** The exports for enums by their names in the manifest. */
  readonly enums: ReadonlyMap<string, string>
  /** The name of the custom type for a type that Drizzle has no function for. */
  readonly customType: (type: TargetType) => string
}

/** SQL as a template of Drizzle. */
export const sqlTemplate = (sql: string) =>
  `sql\`${sql.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\``

interface Builder {
  readonly name: string
  readonly options?: Readonly<Record<string, string | undefined>>
  /** How a literal default is written; as SQL by default. */
  readonly literal?: 'string' | 'number' | 'boolean'
}

const withModifiers = (
  name: string,
  names: readonly string[],
  { modifiers }: TargetType,
  more: Pick<Builder, 'literal'> & { readonly options?: Record<string, string> } = {},
): Builder => ({
  name,
  ...more,
  options: {
    ...Object.fromEntries(names.map((one, index) => [one, modifiers[index]?.toString()])),
    ...more.options,
  },
})

const time = (name: string, withTimezone: boolean, mode?: string) => (type: TargetType) =>
  withModifiers(name, ['precision'], type, {
    options: {
      ...(withTimezone ? { withTimezone: 'true' } : {}),
      ...(mode === 'string' ? { mode: literal(mode) } : {}),
    },
    ...(mode === 'date' ? {} : { literal: 'string' }),
  })

/** The functions of Drizzle for types, by their names in PostgreSQL. */
const builders: Readonly<Record<string, (type: TargetType) => Builder>> = {
  boolean: () => ({ name: 'boolean', literal: 'boolean' }),
  smallint: () => ({ name: 'smallint', literal: 'number' }),
  integer: () => ({ name: 'integer', literal: 'number' }),
  // A number would lose digits.
  bigint: () => ({ name: 'bigint', options: { mode: "'bigint'" } }),
  real: () => ({ name: 'real', literal: 'number' }),
  'double precision': () => ({ name: 'doublePrecision', literal: 'number' }),
  numeric: (type) => withModifiers('numeric', ['precision', 'scale'], type, { literal: 'string' }),
  text: () => ({ name: 'text', literal: 'string' }),
  'character varying': (type) => withModifiers('varchar', ['length'], type, { literal: 'string' }),
  character: (type) => withModifiers('char', ['length'], type, { literal: 'string' }),
  uuid: () => ({ name: 'uuid', literal: 'string' }),
  date: () => ({ name: 'date', literal: 'string' }),
  // The session's time zone does not change a plain timestamp, but it would change a Date.
  'timestamp without time zone': time('timestamp', false, 'string'),
  'timestamp with time zone': time('timestamp', true, 'date'),
  'time without time zone': time('time', false),
  'time with time zone': time('time', true),
  json: () => ({ name: 'json' }),
  jsonb: () => ({ name: 'jsonb' }),
  inet: () => ({ name: 'inet', literal: 'string' }),
  cidr: () => ({ name: 'cidr', literal: 'string' }),
  macaddr: () => ({ name: 'macaddr', literal: 'string' }),
  macaddr8: () => ({ name: 'macaddr8', literal: 'string' }),
  point: () => ({ name: 'point' }),
  line: () => ({ name: 'line' }),
}

function builderOf(type: TargetType, names: DrizzleNames): Builder {
  const { enumName, name } = type
  if (enumName !== undefined) return { name: names.enums.get(enumName)!, literal: 'string' }
  if (Object.hasOwn(builders, name)) {
    const builder = builders[name]!(type)
    names.imports.add(builder.name)
    return builder
  }
  if (/^interval(?! .*second\()/.test(name) || name === 'interval') {
    names.imports.add('interval')
    const fields = name.slice('interval '.length)
    const options: Record<string, string> = fields === '' ? {} : { fields: literal(fields) }
    return withModifiers('interval', ['precision'], type, { literal: 'string', options })
  }
  return { name: names.customType(type) }
}

const serials: Readonly<Record<string, Builder>> = {
  smallint: { name: 'smallserial' },
  integer: { name: 'serial' },
  bigint: { name: 'bigserial', options: { mode: "'bigint'" } },
}

function call({ name, options = {} }: Builder, columnName: string): string {
  const some = Object.entries(options).filter(([, value]) => value !== undefined)
  const values = some.map(([option, value]) => `${option}: ${value}`).join(', ')
  return `${name}(${literal(columnName)}${some.length > 0 ? `, { ${values} }` : ''})`
}

/** The call for a default. */
function defaultCall(expression: string, type: TargetType, names: DrizzleNames): string {
  const { name } = builderOf(type, names)
  const hasShort = (short: string, of: readonly string[]) =>
    expression === short && of.includes(name) && !type.isArray
  if (hasShort('now()', ['timestamp', 'date', 'time'])) return '.defaultNow()'
  if (hasShort('gen_random_uuid()', ['uuid'])) return '.defaultRandom()'
  return `.default(${defaultArgument(expression, type, names)})`
}

/** A default as an argument of `default()`, in the form in which drizzle-kit reads it back. */
function defaultArgument(expression: string, type: TargetType, names: DrizzleNames): string {
  const { literal: form } = builderOf(type, names)
  const value = literalValue(expression)
  if (form === undefined || type.isArray) return sqlTemplate(expression)
  if (form === 'boolean') {
    return /^(true|false)$/.test(expression) ? expression : sqlTemplate(expression)
  }
  const number = value ?? expression
  // A number that JavaScript would round stays SQL.
  const isNumber = /^-?\d+(\.\d+)?$/.test(number) && String(Number(number)) === number
  if (form === 'number') return isNumber ? number : sqlTemplate(expression)
  if (value !== undefined) return literal(value)
  const isNumeric = type.name === 'numeric' && /^-?\d+(\.\d+)?$/.test(expression)
  return isNumeric ? literal(expression) : sqlTemplate(expression)
}

/** The function for the type of a column, such as `text('title')`. */
export function drizzleType(columnName: string, type: TargetType, names: DrizzleNames): string {
  return `${call(builderOf(type, names), columnName)}${type.isArray ? '.array()' : ''}`
}

/** The definition of a column, such as `text('title').notNull()`. */
export function drizzleColumn(
  table: ManifestTable,
  column: ManifestColumn,
  catalog: TargetCatalog,
  names: DrizzleNames,
): string {
  const { name, identity, generated, default: expression, nullable } = column
  const type = catalog.typeOf(column.type)
  const primary = table.constraints.find(({ kind }) => kind === 'primary key')
  const isKey = primary?.columns.length === 1 && primary.columns[0] === name
  const serial = catalog.isSerial(table, column) ? serials[type.name] : undefined
  if (serial) names.imports.add(serial.name)
  return [
    serial ? call(serial, name) : drizzleType(name, type, names),
    isKey && '.primaryKey()',
    // These two are NOT NULL by themselves.
    !nullable && !isKey && !serial && '.notNull()',
    expression !== null && !serial && defaultCall(expression, type, names),
    identity === 'always' && '.generatedAlwaysAsIdentity()',
    identity === 'by default' && '.generatedByDefaultAsIdentity()',
    generated !== null && `.generatedAlwaysAs(${sqlTemplate(generated.replace(/ \w+$/, ''))})`,
  ]
    .filter(Boolean)
    .join('')
}
