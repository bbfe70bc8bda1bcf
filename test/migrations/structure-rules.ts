import { liveTable, pinTable } from '../../src/laws/law.js'
import { inEachTable, type Rule, structureRules } from '../../src/laws/rules/structure.js'
import type { Catalog } from '../../src/migrations/read-catalog.js'

const tableHasComment = inEachTable(({ comment }) => (comment === '' ? ['no comment'] : []))

const constraintIsNamedForItsTable = inEachTable(({ name, constraints }) =>
  constraints
    .filter((constraint) => !constraint.name.startsWith(`${name}_`))
    .map((constraint) => constraint.name),
)

/** Every rule of our schema, by what it says: those of law 12, and two that are our manners. */
export const rules = {
  'every table has a comment': tableHasComment,
  'every constraint begins with the name of its table': constraintIsNamedForItsTable,
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
