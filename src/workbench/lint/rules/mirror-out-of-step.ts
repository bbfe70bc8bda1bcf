import { makerOfColumn } from '../find-maker.js'
import type { LintedFolder } from '../linted-folder.js'
import type { MigratedCatalog } from '../migrated-catalog.js'
import { missingTable } from '../missing-table.js'
import type { TableFacts } from '../read-tables.js'
import type { Offence, Rule } from '../rule.js'

export const mirrorOutOfStep: Rule = {
  id: 'mirror-out-of-step',
  why:
    'Copying between two tables that mirror each other loses a column that one of them lacks, or ' +
    'fails on a type or a NULL.',
  instead: 'Change both tables of the pair in the same migration.',
  needsCatalog: true,
  applies: ({ mirrors }) => mirrors.length > 0,
  *check(folder, catalog) {
    for (const [one, other] of folder.mirrors) {
      yield* offencesOf(folder, tableOf(catalog, one), tableOf(catalog, other))
    }
  },
}

function tableOf({ tables }: MigratedCatalog, name: string): TableFacts {
  const found = tables.find(({ key }) => key === name)
  if (found === undefined) throw missingTable(tables, name, 'mirrored')
  return found
}

function* offencesOf(folder: LintedFolder, one: TableFacts, other: TableFacts): Generator<Offence> {
  const [ones, others] = [mirrored(one), mirrored(other)]
  for (const column of new Set([...ones.keys(), ...others.keys()])) {
    const [mine, yours] = [ones.get(column), others.get(column)]
    if (mine === yours) continue
    const has = mine === undefined ? other.key : one.key
    const message =
      mine === undefined || yours === undefined
        ? `${column} is in ${has} and not in ${has === one.key ? other.key : one.key}.`
        : `${column} is ${mine} in ${one.key} and ${yours} in ${other.key}.`
    yield { ...laterMaker(folder, { one: one.key, other: other.key, column }), message }
  }
}

/** The columns after the first, which says whose row it is. */
function mirrored({ columns }: TableFacts): ReadonlyMap<string, string> {
  return new Map(columns.slice(1).map(({ name, shape }) => [name, shape]))
}

/** What changed the column last is what left the other table behind. */
function laterMaker(
  folder: LintedFolder,
  { one, other, column }: { readonly one: string; readonly other: string; readonly column: string },
) {
  const makers = [one, other].map((table) => makerOfColumn(folder, { table, column }))
  const [first, second] = makers as [(typeof makers)[number], (typeof makers)[number]]
  if (first.script.version !== second.script.version) {
    return first.script.version > second.script.version ? first : second
  }
  return first.at > second.at ? first : second
}
