import type { ManifestTable } from '../../catalog/index.js'
import type { NotExpressed } from './not-expressed.js'
import type { TargetCatalog } from './target-catalog.js'

/** A line of a model. */
export type Field = readonly [name: string, type: string, attributes: string, comment?: string]

/** A foreign key as the two fields that Prisma has for it. */
export interface Relation {
  /** The names of the tables in the manifest. */
  readonly from: string
  readonly to: string
  readonly field: Field
  readonly back: Field
}

/** What a model needs to know about the whole schema. */
export interface PrismaContext {
  readonly catalog: TargetCatalog
  readonly notExpressed: NotExpressed
  /** The names of the enums in Prisma, by those in the manifest. */
  readonly enums: ReadonlyMap<string, string>
  /** The names of their values, by the names of both. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** The names of the models by those of the tables, and of their fields by those of columns. */
  readonly models: ReadonlyMap<string, string>
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Whether every model needs an attribute with its schema. */
  readonly withSchemas: boolean
}

/** Text for a string of Prisma, which has the escapes of JSON. */
export const prismaString = (text: string) => JSON.stringify(text)

/** The argument for the name of a constraint, unless it is the one that Prisma would choose. */
export function mapOf(
  name: string,
  table: ManifestTable,
  columns: readonly string[],
  suffix: string,
  { catalog }: PrismaContext,
): string {
  const usual = [catalog.split(table.name).name, ...columns, suffix].join('_')
  return name === usual && usual.length <= 63 ? '' : `, map: ${prismaString(name)}`
}
