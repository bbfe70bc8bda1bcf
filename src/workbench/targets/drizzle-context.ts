import type { NotExpressed } from './not-expressed.js'
import type { TargetCatalog, TargetType } from './target-catalog.js'

/** What the text of a table or a column needs to know about the whole schema. */
export interface DrizzleContext {
  readonly catalog: TargetCatalog
  readonly notExpressed: NotExpressed
  /** The functions of drizzle-orm/pg-core that are used. */
  readonly imports: Set<string>
  /** The exports for tables, views and enums, by their names in the manifest. */
  readonly names: ReadonlyMap<string, string>
  /** The name of the custom type for a type that Drizzle has no function for. */
  readonly customType: (type: TargetType) => string
  /** The properties of the columns of tables and views, by the names of both. */
  readonly properties: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Whether the keys of one table lead to the other one. */
  readonly reaches: (from: string, to: string) => boolean
}

/** SQL as a template of Drizzle. */
export const sqlTemplate = (sql: string) =>
  `sql\`${sql.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\``
