import type { ManifestTable } from '../../catalog/index.js'
import type { NotExpressed } from './not-expressed.js'
import { type PrismaNames, prismaString, prismaType } from './prisma-fields.js'
import type { TargetCatalog } from './target-catalog.js'

type RelationField = readonly [name: string, type: string, attributes: string]

/** A foreign key as the two fields that Prisma has for it. */
export interface Relation {
  /** The names of the tables in the manifest. */
  readonly from: string
  readonly to: string
  readonly field: RelationField
  readonly back: RelationField
}

/** What a model needs to know about the whole schema. */
export interface PrismaContext extends PrismaNames {
  readonly catalog: TargetCatalog
  readonly notExpressed: NotExpressed
  /** The names of the models by those of the tables, and of their fields by those of columns. */
  readonly models: ReadonlyMap<string, string>
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Whether every model needs an attribute with its schema. */
  readonly withSchemas: boolean
}

/** The argument for the name of a constraint, unless it is the one that Prisma would choose. */
export function mapOf(
  name: string,
  table: ManifestTable,
  columns: readonly string[],
  suffix: string,
  { catalog }: PrismaContext,
  before = ', ',
  after = '',
): string {
  const usual = [catalog.split(table.name).name, ...columns, suffix].join('_')
  return name === usual && usual.length <= 63 ? '' : `${before}map: ${prismaString(name)}${after}`
}

/** The type of a column in Prisma. */
export function typeOfColumn(table: ManifestTable, name: string, context: PrismaContext) {
  const column = table.columns.find((one) => one.name === name)!
  return prismaType(context.catalog.typeOf(column.type), context.catalog, context)
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
