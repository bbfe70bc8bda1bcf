import type { ManifestConstraint, ManifestIndex, ManifestTable } from '../../catalog/index.js'
import {
  type Field,
  mapOf,
  type PrismaContext,
  prismaString,
  type Relation,
} from './prisma-context.js'
import { hasUsableKey, prismaDefault, typeOfColumn } from './prisma-fields.js'
import { indexParts } from './target-catalog.js'

/** Lines of documentation from a comment of the database. */
export const prismaComment = (comment: string, indent = '') =>
  comment === ''
    ? ''
    : `${comment
        .split(/\r\n|[\r\n\u2028\u2029]/)
        .map((line) => `${indent}/// ${line}`.trimEnd())
        .join('\n')}\n`

/** The attributes of a model or an enum for its name and its schema. */
export function nameAttributes(
  tableName: string,
  prismaName: string,
  context: PrismaContext,
): string[] {
  const { schema, name } = context.catalog.split(tableName)
  return [
    ...(name === prismaName ? [] : [`@@map(${prismaString(name)})`]),
    ...(context.withSchemas ? [`@@schema(${prismaString(schema)})`] : []),
  ]
}

/** A table as a model of Prisma. */
export function prismaModel(
  table: ManifestTable,
  relations: readonly Relation[],
  context: PrismaContext,
): string {
  const { models } = context
  const name = models.get(table.name)!
  const fields: Field[] = [
    ...columnFields(table, context),
    ...relations.flatMap((one) => [
      ...(one.from === table.name ? [one.field] : []),
      ...(one.to === table.name ? [one.back] : []),
    ]),
  ]
  const attributes = [
    ...(hasUsableKey(table, context) ? [] : ['@@ignore']),
    ...table.constraints.flatMap((one) => keyText(one, table, context)),
    ...context.catalog.indexesOf(table).flatMap((one) => indexText(one, table, context)),
    ...nameAttributes(table.name, name, context),
  ]
  const widths = [0, 1].map((part) =>
    Math.max(...fields.map((field) => field[part as 0 | 1].length)),
  )
  const lines = fields.map(([field, type, more, comment = '']) => {
    const text = `${field.padEnd(widths[0]!)} ${type.padEnd(widths[1]!)} ${more}`.trimEnd()
    return `${prismaComment(comment, '  ')}  ${text}\n`
  })
  const block = attributes.length === 0 ? '' : `\n${attributes.map((one) => `  ${one}\n`).join('')}`
  return `${prismaComment(table.comment)}model ${name} {\n${lines.join('')}${block}}\n`
}

function columnFields(table: ManifestTable, context: PrismaContext): Field[] {
  const { fields } = context
  const primary = table.constraints.find(({ kind }) => kind === 'primary key')
  return table.columns.map((column) => {
    const field = fields.get(table.name)!.get(column.name)!
    const { type: scalar, native, isList } = typeOfColumn(table, column.name, context)
    const isKey = primary?.columns.length === 1 && primary.columns[0] === column.name
    const mark = isList ? '[]' : column.nullable ? '?' : ''
    const attributes = [
      isKey && `@id${mapOf(primary.name, table, [], 'pkey', context).replace(/^, (.*)$/s, '($1)')}`,
      prismaDefault(column, context),
      field === column.name ? '' : `@map(${prismaString(column.name)})`,
      native,
    ]
    return [field, `${scalar}${mark}`, attributes.filter(Boolean).join(' '), column.comment]
  })
}

function keyText(
  constraint: ManifestConstraint,
  table: ManifestTable,
  context: PrismaContext,
): string[] {
  const { kind, name, columns, definition } = constraint
  const title = `${name} of ${table.name}`
  if (kind === 'check') context.notExpressed.add('check constraints', title)
  if (kind !== 'primary key' && kind !== 'unique') return []
  if (definition.startsWith('UNIQUE NULLS NOT DISTINCT')) {
    context.notExpressed.add('NULLS NOT DISTINCT', title)
  }
  const fields = columns.map((column) => context.fields.get(table.name)!.get(column)!).join(', ')
  if (kind === 'unique') {
    return [`@@unique([${fields}]${mapOf(name, table, columns, 'key', context)})`]
  }
  if (columns.length === 1) return []
  return [`@@id([${fields}]${mapOf(name, table, [], 'pkey', context)})`]
}

/** The access methods that Prisma has a name for. */
const methods: Readonly<Record<string, string>> = {
  ...{ btree: '', hash: ', type: Hash', gin: ', type: Gin', gist: ', type: Gist' },
  ...{ spgist: ', type: SpGist', brin: ', type: Brin' },
}

/** The operator classes that Prisma does not take for other ones by their names. */
const operatorClasses: Readonly<Record<string, string>> = {
  jsonb_path_ops: 'JsonbPathOps',
  inet_ops: 'InetOps',
}

function indexText(index: ManifestIndex, table: ManifestTable, context: PrismaContext): string[] {
  const { notExpressed, fields } = context
  const { name, unique, method, condition } = index
  const title = `${name} of ${table.name}`
  const { keys } = indexParts(index)
  if (keys.some(({ column }) => column === undefined)) {
    notExpressed.add('indexes of expressions', title)
    return []
  }
  if (!Object.hasOwn(methods, method)) {
    notExpressed.add('indexes of other access methods', title)
    return []
  }
  const texts = keys.map(({ column, collation, operatorClass, isDescending, nullsFirst }) => {
    if (collation !== undefined) notExpressed.add('collations of an index', title)
    if (isDescending !== nullsFirst) notExpressed.add('NULLS FIRST or LAST of an index', title)
    if (operatorClass !== undefined && method === 'btree') {
      notExpressed.add('operator classes of a B-tree index', title)
    }
    const settings = [
      ...(isDescending && method === 'btree' ? ['sort: Desc'] : []),
      ...(operatorClass !== undefined && method !== 'btree' && method !== 'hash'
        ? [`ops: ${operatorClasses[operatorClass] ?? `raw(${prismaString(operatorClass)})`}`]
        : []),
    ]
    const field = fields.get(table.name)!.get(column!)!
    return settings.length > 0 ? `${field}(${settings.join(', ')})` : field
  })
  const columns = keys.map(({ column }) => column!)
  const map = mapOf(name, table, columns, unique ? 'key' : 'idx', context)
  const where = condition === null ? '' : `, where: raw(${prismaString(condition)})`
  return [`@@${unique ? 'unique' : 'index'}([${texts.join(', ')}]${map}${methods[method]}${where})`]
}
