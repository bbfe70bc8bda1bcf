import type { ManifestColumn, ManifestTable } from '../../catalog/index.js'
import { literal } from '../generate/column-types.js'
import { type DrizzleContext, sqlTemplate } from './drizzle-context.js'
import { literalValue } from './sql-text.js'
import type { TargetType } from './target-catalog.js'

/** A function of Drizzle that creates a column. */
interface Builder {
  readonly name: string
  readonly options?: Readonly<Record<string, string>>
  /** The options for the numbers in parentheses. */
  readonly modifiers?: readonly string[]
  /** How a literal default is written; as SQL by default. */
  readonly literal?: 'string' | 'number' | 'boolean'
}

const precision = ['precision']
const withTimezone = 'true'

/** By the names of types in PostgreSQL. */
const builders: Readonly<Record<string, Builder>> = {
  boolean: { name: 'boolean', literal: 'boolean' },
  smallint: { name: 'smallint', literal: 'number' },
  integer: { name: 'integer', literal: 'number' },
  // A number would lose digits.
  bigint: { name: 'bigint', options: { mode: "'bigint'" } },
  real: { name: 'real', literal: 'number' },
  'double precision': { name: 'doublePrecision', literal: 'number' },
  numeric: { name: 'numeric', modifiers: ['precision', 'scale'], literal: 'string' },
  text: { name: 'text', literal: 'string' },
  'character varying': { name: 'varchar', modifiers: ['length'], literal: 'string' },
  character: { name: 'char', modifiers: ['length'], literal: 'string' },
  uuid: { name: 'uuid', literal: 'string' },
  date: { name: 'date', literal: 'string' },
  // A Date would depend on the time zone of the process.
  'timestamp without time zone': {
    ...{ name: 'timestamp', modifiers: precision, literal: 'string' },
    options: { mode: "'string'" },
  },
  'timestamp with time zone': {
    name: 'timestamp',
    modifiers: precision,
    options: { withTimezone },
  },
  'time without time zone': { name: 'time', modifiers: precision, literal: 'string' },
  'time with time zone': {
    ...{ name: 'time', modifiers: precision, literal: 'string' },
    options: { withTimezone },
  },
  interval: { name: 'interval', modifiers: precision, literal: 'string' },
  json: { name: 'json' },
  jsonb: { name: 'jsonb' },
  inet: { name: 'inet', literal: 'string' },
  cidr: { name: 'cidr', literal: 'string' },
  macaddr: { name: 'macaddr', literal: 'string' },
  macaddr8: { name: 'macaddr8', literal: 'string' },
  point: { name: 'point' },
  line: { name: 'line' },
}

const serials: Readonly<Record<string, Builder>> = {
  smallint: { name: 'smallserial' },
  integer: { name: 'serial' },
  bigint: { name: 'bigserial', options: { mode: "'bigint'" } },
}

function builderOf(type: TargetType, context: DrizzleContext): Builder {
  const { enumName, name } = type
  if (enumName !== undefined) return { name: context.names.get(enumName)!, literal: 'string' }
  if (!Object.hasOwn(builders, name)) return { name: context.customType(type) }
  context.imports.add(builders[name]!.name)
  return builders[name]!
}

function call(builder: Builder, columnName: string, { modifiers }: TargetType): string {
  const options = [
    ...modifiers.map((value, index) => [builder.modifiers?.[index], value]),
    ...Object.entries(builder.options ?? {}),
  ].map(([option, value]) => `${option}: ${value}`)
  const settings = options.length > 0 ? `, { ${options.join(', ')} }` : ''
  return `${builder.name}(${literal(columnName)}${settings})`
}

/** The call for a default. */
function defaultCall(expression: string, type: TargetType, context: DrizzleContext): string {
  const { name } = builderOf(type, context)
  const hasShort = (short: string, of: readonly string[]) =>
    expression === short && of.includes(name) && !type.isArray
  if (hasShort('now()', ['timestamp', 'date', 'time'])) return '.defaultNow()'
  if (hasShort('gen_random_uuid()', ['uuid'])) return '.defaultRandom()'
  return `.default(${defaultArgument(expression, type, context)})`
}

/** A default in the form in which drizzle-kit reads it back. */
function defaultArgument(expression: string, type: TargetType, context: DrizzleContext): string {
  const { literal: form } = builderOf(type, context)
  const value = literalValue(expression) ?? expression
  const isNumber = /^-?\d+(\.\d+)?$/.test(value)
  if (form === undefined || type.isArray) return sqlTemplate(expression)
  if (form === 'boolean' && /^(true|false)$/.test(expression)) return expression
  // A number that JavaScript would round stays SQL.
  if (form === 'number' && isNumber && String(Number(value)) === value) return value
  const isText = value !== expression || (type.name === 'numeric' && isNumber)
  return form === 'string' && isText ? literal(value) : sqlTemplate(expression)
}

/** The function for the type of a column, such as `text('title')`. */
export function drizzleType(columnName: string, type: TargetType, context: DrizzleContext): string {
  return `${call(builderOf(type, context), columnName, type)}${type.isArray ? '.array()' : ''}`
}

/** The definition of a column, such as `text('title').notNull()`. */
export function drizzleColumn(
  table: ManifestTable,
  column: ManifestColumn,
  context: DrizzleContext,
): string {
  const { name, identity, generated, default: expression, nullable } = column
  const type = context.catalog.typeOf(column.type)
  const primary = table.constraints.find(({ kind }) => kind === 'primary key')
  const isKey = primary?.columns.length === 1 && primary.columns[0] === name
  const serial = context.catalog.isSerial(table, column) ? serials[type.name] : undefined
  if (serial) context.imports.add(serial.name)
  return [
    serial ? call(serial, name, type) : drizzleType(name, type, context),
    isKey && '.primaryKey()',
    // These two are NOT NULL by themselves.
    !nullable && !isKey && !serial && '.notNull()',
    expression !== null && !serial && defaultCall(expression, type, context),
    identity === 'always' && '.generatedAlwaysAsIdentity()',
    identity === 'by default' && '.generatedByDefaultAsIdentity()',
    generated !== null && `.generatedAlwaysAs(${sqlTemplate(generated.replace(/ \w+$/, ''))})`,
  ]
    .filter(Boolean)
    .join('')
}
