import type { ManifestConstraint, ManifestTable } from '../../catalog/index.js'
import { mapOf, type PrismaContext, prismaString, type Relation } from './prisma-context.js'
import { hasUsableKey, typeOfColumn, uniqueKeys } from './prisma-fields.js'
import { foreignKeyParts } from './target-catalog.js'
import { camelName, freeName, upperFirst } from './target-names.js'

const actions = {
  'no action': 'NoAction',
  restrict: 'Restrict',
  cascade: 'Cascade',
  'set null': 'SetNull',
  'set default': 'SetDefault',
}

/** A foreign key with the tables on both sides. */
interface Link {
  readonly key: ManifestConstraint
  readonly table: ManifestTable
  readonly target: ManifestTable
}

/** All relations. The names of their fields are taken from `used`, by the names of tables. */
export function prismaRelations(
  context: PrismaContext,
  used: ReadonlyMap<string, Set<string>>,
): Relation[] {
  const { models, catalog, notExpressed } = context
  const tables = catalog.tables.filter(({ name }) => models.has(name))
  const links: Link[] = []
  for (const table of tables) {
    for (const key of table.constraints.filter(({ kind }) => kind === 'foreign key')) {
      const target = tables.find(({ name }) => name === key.references)
      if (target && canRelate({ key, table, target }, context)) links.push({ key, table, target })
      else {
        const what = 'foreign keys between columns or tables that differ'
        notExpressed.add(what, `${key.name} of ${table.name}`)
      }
    }
  }
  const names = new Set<string>()
  return links.map((link) => {
    const isToItself = link.table === link.target
    const name =
      isToItself || links.filter((one) => joinsSame(one, link)).length > 1
        ? prismaString(freeName(link.key.name, names))
        : ''
    return relationOf(link, name, context, used)
  })
}

const joinsSame = (one: Link, { table, target }: Link) =>
  (one.table === table && one.target === target) || (one.table === target && one.target === table)

/** Prisma requires the same scalar type, and a key that it knows. */
function canRelate({ key, table, target }: Link, context: PrismaContext): boolean {
  const { columns, referencedColumns } = key
  const isSame = columns.every((column, index) => {
    const { type, isList } = typeOfColumn(table, column, context)
    const other = typeOfColumn(target, referencedColumns[index]!, context)
    return !isList && !other.isList && !type.startsWith('Unsupported') && type === other.type
  })
  return isSame && uniqueKeys(target).some((one) => hasSameItems(one, referencedColumns))
}

const hasSameItems = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((item) => other.includes(item))

/** @param name Makes two relations between the same models distinct; empty if there is only one. */
function relationOf(
  { key, table, target }: Link,
  name: string,
  context: PrismaContext,
  used: ReadonlyMap<string, Set<string>>,
): Relation {
  const { models, fields, catalog } = context
  const { onDelete, onUpdate } = foreignKeyParts(key)
  const fieldsOf = (one: ManifestTable, columns: readonly string[]) =>
    columns.map((column) => fields.get(one.name)!.get(column)!)
  // `authorId` leads to `author`. Other keys are told apart by their columns.
  const own = fieldsOf(table, key.columns)
  const only = own[0]!
  const role = own.length === 1 ? /^(.+)Id$/.exec(only)?.[1] : undefined
  const fieldName = (owner: ManifestTable, other: ManifestTable, preferred?: string) => {
    const usual = camelName(catalog.split(other.name).name, 'table')
    const taken = used.get(owner.name)!
    const isTaken = taken.has(preferred ?? usual)
    const free = isTaken ? `${usual}By${upperFirst(role ?? only)}` : (preferred ?? usual)
    return freeName(free, taken)
  }
  const field = fieldName(table, target, role)
  const back = fieldName(target, table)
  const columns = table.columns.filter((column) => key.columns.includes(column.name))
  const isOptional = columns.some(({ nullable }) => nullable)
  const isOne = uniqueKeys(table).some((one) => hasSameItems(one, key.columns))
  // A model that Prisma ignores can only be the type of a field that it ignores as well.
  const ignoreUnlessUsable = (of: ManifestTable, owner: ManifestTable) =>
    !hasUsableKey(of, context) && hasUsableKey(owner, context) ? ' @ignore' : ''
  const settings = [
    ...(name === '' ? [] : [name]),
    `fields: [${own.join(', ')}]`,
    `references: [${fieldsOf(target, key.referencedColumns).join(', ')}]`,
    `onDelete: ${actions[onDelete]}`,
    `onUpdate: ${actions[onUpdate]}`,
  ]
  const map = mapOf(key.name, table, key.columns, 'fkey', context)
  return {
    from: table.name,
    to: target.name,
    field: [
      field,
      `${models.get(target.name)!}${isOptional ? '?' : ''}`,
      `@relation(${settings.join(', ')}${map})${ignoreUnlessUsable(target, table)}`,
    ],
    back: [
      back,
      `${models.get(table.name)!}${isOne ? '?' : '[]'}`,
      `${name === '' ? '' : `@relation(${name})`}${ignoreUnlessUsable(table, target)}`.trim(),
    ],
  }
}
