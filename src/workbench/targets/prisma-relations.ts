import type { ManifestConstraint, ManifestTable } from '../../catalog/index.js'
import {
  hasUsableKey,
  mapOf,
  type PrismaContext,
  type Relation,
  uniqueKeys,
} from './prisma-context.js'
import { prismaString, prismaType } from './prisma-fields.js'
import { foreignKeyParts } from './target-catalog.js'
import { camelName, freeName, upperFirst } from './target-names.js'

const actions = {
  'no action': 'NoAction',
  restrict: 'Restrict',
  cascade: 'Cascade',
  'set null': 'SetNull',
  'set default': 'SetDefault',
}

/** All relations. The names of their fields are taken from `used`, by the names of tables. */
export function prismaRelations(
  context: PrismaContext,
  used: ReadonlyMap<string, Set<string>>,
): Relation[] {
  const { models, catalog } = context
  const names = new Set<string>()
  const tables = new Map(catalog.tables.map((table) => [table.name, table]))
  return catalog.tables
    .filter(({ name }) => models.has(name))
    .flatMap((table) =>
      table.constraints
        .filter(({ kind }) => kind === 'foreign key')
        .flatMap((key) => {
          const target = models.has(key.references!) ? tables.get(key.references!) : undefined
          if (target && canRelate(key, table, target, context)) {
            return [relationOf(key, table, target, context, used, names)]
          }
          const title = `${key.name} of ${table.name}`
          context.notExpressed.add('foreign keys between columns or tables that differ', title)
          return []
        }),
    )
}

const typeOfColumn = (table: ManifestTable, name: string, context: PrismaContext) => {
  const type = context.catalog.typeOf(table.columns.find((one) => one.name === name)!.type)
  const { isList, type: scalar } = prismaType(type, context.catalog, context)
  return isList ? 'list' : scalar
}

/** Prisma requires the same scalar type, and a key that it knows. */
function canRelate(
  { columns, referencedColumns }: ManifestConstraint,
  table: ManifestTable,
  target: ManifestTable,
  context: PrismaContext,
): boolean {
  const isSame = columns.every((column, index) => {
    const type = typeOfColumn(table, column, context)
    const isScalar = type !== 'list' && !type.startsWith('Unsupported')
    return isScalar && type === typeOfColumn(target, referencedColumns[index]!, context)
  })
  return isSame && uniqueKeys(target).some((key) => hasSameItems(key, referencedColumns))
}

const hasSameItems = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((item) => other.includes(item))

function relationOf(
  key: ManifestConstraint,
  table: ManifestTable,
  target: ManifestTable,
  context: PrismaContext,
  used: ReadonlyMap<string, Set<string>>,
  names: Set<string>,
): Relation {
  const { models, fields, catalog, notExpressed } = context
  const { onDelete, onUpdate, rest } = foreignKeyParts(key)
  if (rest !== '') {
    const title = `${key.name} of ${table.name}`
    notExpressed.add('MATCH FULL, column lists of SET NULL, DEFERRABLE or NOT VALID', title)
  }
  const fieldsOf = (one: ManifestTable, columns: readonly string[]) =>
    columns.map((column) => fields.get(one.name)!.get(column)!).join(', ')
  // A name makes two relations between the same models distinct.
  const name = prismaString(freeName(key.name, names))
  const model = models.get(target.name)!
  const ownModel = models.get(table.name)!
  // `authorId` leads to `author`. Other keys are told apart by their columns.
  const [only] = key.columns.map((column) => fields.get(table.name)!.get(column)!)
  const role = (key.columns.length === 1 && /^(.+)Id$/.exec(only!)?.[1]) || only!
  const fieldName = (owner: ManifestTable, preferred: string, usual: string) => {
    const taken = used.get(owner.name)!
    return freeName(taken.has(preferred) ? `${usual}By${upperFirst(role)}` : preferred, taken)
  }
  const usual = camelName(catalog.split(target.name).name, 'table')
  const usualBack = camelName(catalog.split(table.name).name, 'table')
  const field = fieldName(table, role === only ? usual : role, usual)
  const back = fieldName(target, usualBack, usualBack)
  const isNullable = key.columns.some(
    (column) => table.columns.find((one) => one.name === column)!.nullable,
  )
  const isOne = uniqueKeys(table).some((columns) => hasSameItems(columns, key.columns))
  // A model that Prisma ignores can only be the type of a field that it ignores as well.
  const ignoreUnlessUsable = (of: ManifestTable, owner: ManifestTable) =>
    !hasUsableKey(of, context) && hasUsableKey(owner, context) ? ' @ignore' : ''
  return {
    from: table.name,
    to: target.name,
    field: [
      field,
      `${model}${isNullable ? '?' : ''}`,
      `@relation(${name}, fields: [${fieldsOf(table, key.columns)}], ` +
        `references: [${fieldsOf(target, key.referencedColumns)}], ` +
        `onDelete: ${actions[onDelete]}, onUpdate: ${actions[onUpdate]}` +
        `${mapOf(key.name, table, key.columns, 'fkey', context)})` +
        ignoreUnlessUsable(target, table),
    ],
    back: [
      back,
      `${ownModel}${isOne ? '?' : '[]'}`,
      `@relation(${name})${ignoreUnlessUsable(table, target)}`,
    ],
  }
}
