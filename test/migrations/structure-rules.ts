import type { Catalog, ManifestTable } from '../../src/catalog/index.js'
import { liveTable, pinTable } from '../../src/laws/model/rows.js'
import { type Rule, structureRules } from '../../src/laws/rules/structure.js'

/** A rule of its own for every table. */
const inEachTable =
  (offences: (table: ManifestTable) => string[]): Rule =>
  ({ tables }) =>
    tables.flatMap((table) => offences(table).map((offence) => `${table.name}: ${offence}`))

const tableHasComment = inEachTable(({ comment }) => (comment === '' ? ['no comment'] : []))

const constraintIsNamedForItsTable = inEachTable(({ name, constraints }) =>
  constraints
    .filter((constraint) => !constraint.name.startsWith(`${name}_`))
    .map((constraint) => constraint.name),
)

/**
 * One deletion can set several keys of a row to NULL, one after the other, and each UPDATE after
 * the first checks all keys of the row. Only at COMMIT does the result of that check not depend on
 * the order of the foreign keys in the catalog.
 */
const keysSetToNullAreDeferred = inEachTable(({ constraints }) => {
  const keys = constraints.filter(({ onDelete }) => onDelete === 'set null')
  if (keys.length < 2) return []
  return keys
    .filter(({ definition }) => !definition.endsWith('DEFERRABLE INITIALLY DEFERRED'))
    .map(({ name }) => name)
})

/** Every rule of our schema, by what it says: those of law 12, and ours. */
export const rules = {
  'every table has a comment': tableHasComment,
  'every constraint begins with the name of its table': constraintIsNamedForItsTable,
  'several keys that deletions set to NULL are checked at COMMIT': keysSetToNullAreDeferred,
  ...structureRules,
} satisfies Record<string, Rule>

/** The columns that pins and live context have in common besides owner, source and times. */
export function mirroredInCatalog({ tables }: Catalog): string[] {
  const pinned = tables.find(({ name }) => name === pinTable)!
  const lived = tables.find(({ name }) => name === liveTable)!
  const own = ['source', 'created_at', 'updated_at']
  return pinned.columns
    .map(({ name }) => name)
    .filter((name) => lived.columns.some((column) => column.name === name))
    .filter((name) => !own.includes(name))
}
