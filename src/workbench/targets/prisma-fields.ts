import { parse } from 'postgres-array'
import type { ManifestColumn, ManifestTable } from '../../catalog/index.js'
import { type PrismaContext, prismaString } from './prisma-context.js'
import { listItems, literalValue } from './sql-text.js'
import type { TargetType } from './target-catalog.js'

/** A scalar type of Prisma. */
export interface PrismaType {
  /** Such as `String`, without the mark of a list. */
  readonly type: string
  /** The attribute of the native type, such as `@db.Uuid`; empty if it is the usual one. */
  readonly native: string
  readonly isList: boolean
}

const scalars: Readonly<Record<string, readonly [type: string, native?: string]>> = {
  boolean: ['Boolean'],
  smallint: ['Int', 'SmallInt'],
  integer: ['Int'],
  bigint: ['BigInt'],
  oid: ['Int', 'Oid'],
  real: ['Float', 'Real'],
  'double precision': ['Float'],
  numeric: ['Decimal', 'Decimal'],
  money: ['Decimal', 'Money'],
  text: ['String'],
  'character varying': ['String', 'VarChar'],
  character: ['String', 'Char'],
  '"char"': ['String', 'Char'],
  uuid: ['String', 'Uuid'],
  bit: ['String', 'Bit'],
  'bit varying': ['String', 'VarBit'],
  citext: ['String', 'Citext'],
  inet: ['String', 'Inet'],
  xml: ['String', 'Xml'],
  bytea: ['Bytes'],
  json: ['Json', 'Json'],
  jsonb: ['Json'],
  date: ['DateTime', 'Date'],
  'timestamp without time zone': ['DateTime', 'Timestamp'],
  'timestamp with time zone': ['DateTime', 'Timestamptz'],
  'time without time zone': ['DateTime', 'Time'],
  'time with time zone': ['DateTime', 'Timetz'],
}

/** Prisma knows a domain by the type that it is based on, but not a domain of a domain. */
function prismaType(type: TargetType, context: PrismaContext): PrismaType {
  const base = type.domain && context.catalog.typeOf(type.domain.type)
  if (base && base.domain === undefined && !type.isArray) return prismaType(base, context)
  const { isArray: isList, enumName } = type
  if (enumName !== undefined) return { type: context.enums.get(enumName)!, native: '', isList }
  const scalar = Object.hasOwn(scalars, type.name) ? scalars[type.name]! : undefined
  if (scalar === undefined) {
    return { type: `Unsupported(${prismaString(type.text)})`, native: '', isList }
  }
  const [name, native] = scalar
  if (native === undefined) return { type: name, native: '', isList }
  const { modifiers } = type
  const values = modifiers.length > 0 ? `(${modifiers.join(', ')})` : ''
  return { type: name, native: `@db.${native}${values}`, isList }
}

/** The attribute of the default value; empty if there is none. */
export function prismaDefault(
  { identity, generated, default: expression, type: printed }: ManifestColumn,
  context: PrismaContext,
): string {
  if (identity !== null) return '@default(autoincrement())'
  // This is how Prisma reads a generated column.
  const computed = generated?.replace(/ \w+$/, '')
  if (computed !== undefined) return `@default(dbgenerated(${prismaString(computed)}))`
  if (expression === null) return ''
  const type = context.catalog.typeOf(printed)
  const scalar = prismaType(type, context)
  const value = scalar.isList
    ? listDefault(expression, type, context)
    : scalarDefault(expression, type, scalar, context)
  return `@default(${value ?? `dbgenerated(${prismaString(expression)})`})`
}

function scalarDefault(
  expression: string,
  type: TargetType,
  { type: scalar }: PrismaType,
  context: PrismaContext,
): string | undefined {
  const value = literalValue(expression)
  const number = value ?? expression
  if (type.enumName !== undefined) return context.values.get(type.enumName)!.get(value ?? '')
  switch (scalar) {
    case 'Boolean':
      return /^(true|false)$/.test(expression) ? expression : undefined
    case 'Int':
    case 'BigInt':
      if (expression.startsWith('nextval(')) return 'autoincrement()'
      return /^-?\d+$/.test(number) ? number : undefined
    case 'Float':
    case 'Decimal':
      return type.name !== 'money' && /^-?\d+(\.\d+)?$/.test(number) ? number : undefined
    case 'DateTime':
      return /^(now\(\)|CURRENT_TIMESTAMP)$/.test(expression) ? 'now()' : undefined
    case 'String':
    case 'Json':
      return value === undefined ? undefined : prismaString(value)
    case 'Bytes':
      return value?.startsWith('\\x')
        ? prismaString(Buffer.from(value.slice(2), 'hex').toString('base64'))
        : undefined
    default:
      return undefined
  }
}

/** A list of texts, numbers or enum values; other lists are SQL. */
function listDefault(
  expression: string,
  type: TargetType,
  context: PrismaContext,
): string | undefined {
  const text = literalValue(expression)
  const array = /^ARRAY\[(.*)\]$/s.exec(expression)?.[1]
  const values =
    text === undefined ? array && listItems(array).map(literalValue) : parse(text, String)
  if (!Array.isArray(values)) return undefined
  const form = itemForm(type, context)
  const items = values.map((value) => (value === undefined ? undefined : form(value)))
  return items.includes(undefined) ? undefined : `[${items.join(', ')}]`
}

function itemForm(type: TargetType, context: PrismaContext): (value: string) => string | undefined {
  if (type.enumName !== undefined) return (value) => context.values.get(type.enumName!)!.get(value)
  if (['text', 'character varying', 'uuid'].includes(type.name)) return prismaString
  if (['smallint', 'integer', 'bigint'].includes(type.name)) {
    return (value) => (/^-?\d+$/.test(value) ? value : undefined)
  }
  return () => undefined
}

/** The type of a column in Prisma. */
export function typeOfColumn(table: ManifestTable, name: string, context: PrismaContext) {
  const column = table.columns.find((one) => one.name === name)!
  return prismaType(context.catalog.typeOf(column.type), context)
}

/** Prisma can only address a row by a key of NOT NULL columns whose types it knows. */
export const hasUsableKey = (table: ManifestTable, context: PrismaContext): boolean =>
  uniqueKeys(table).some((columns) =>
    columns.every((name) => {
      const { type, isList } = typeOfColumn(table, name, context)
      const { nullable } = table.columns.find((one) => one.name === name)!
      return !nullable && !isList && !type.startsWith('Unsupported')
    }),
  )

/** The columns of every primary key, unique constraint and unique index without a condition. */
export function uniqueKeys({ constraints, indexes }: ManifestTable): (readonly string[])[] {
  return [
    ...constraints
      .filter(({ kind }) => kind === 'primary key' || kind === 'unique')
      .map(({ columns }) => columns),
    ...indexes
      .filter(({ unique, condition }) => unique && condition === null)
      .map(({ columns }) => columns)
      .filter((columns): columns is readonly string[] => !columns.includes(null)),
  ]
}
