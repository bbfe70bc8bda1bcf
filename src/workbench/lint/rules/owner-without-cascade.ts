import { tablesGoingWith } from '../../tables-going-with.js'
import { makerOfColumn, makerOfForeignKey } from '../find-maker.js'
import type { LintedFolder } from '../linted-folder.js'
import type { MigratedCatalog } from '../migrated-catalog.js'
import { type Owner, ownerCalled } from '../owner.js'
import type { TableFacts } from '../read-tables.js'
import type { Offence, Rule } from '../rule.js'

export const ownerWithoutCascade: Rule = {
  id: 'owner-without-cascade',
  why:
    'Rows that stay when the row they belong to is deleted are never found again, or forbid the ' +
    'deletion.',
  instead:
    'Give the column a foreign key to its owner with ON DELETE CASCADE. Where rows are meant to ' +
    'outlive their owner, silence the rule and say why.',
  needsCatalog: true,
  applies: ({ owners }) => owners.length > 0,
  *check(folder, catalog) {
    const keys = catalog.tables.flatMap(({ key: table, foreignKeys }) =>
      foreignKeys
        .filter(({ onDelete }) => onDelete === 'cascade')
        .map(({ references }) => ({ table, references })),
    )
    for (const name of folder.owners) {
      const owner = ownerCalled(name, catalog)
      const owned = tablesGoingWith(owner.table, keys)
      for (const table of catalog.tables) {
        if (table.key !== owner.table) yield* offencesOf(folder, catalog, { owner, owned, table })
      }
    }
  },
}

interface Looked {
  readonly owner: Owner
  readonly owned: ReadonlySet<string>
  readonly table: TableFacts
}

function* offencesOf(
  folder: LintedFolder,
  catalog: MigratedCatalog,
  { owner, owned, table }: Looked,
): Generator<Offence> {
  const { key: name, foreignKeys, columns } = table
  const toOwner = foreignKeys.filter(({ references }) => references === owner.table)
  const cascading = toOwner.filter(({ onDelete }) => onDelete === 'cascade')
  for (const key of toOwner) {
    // Another key on the same columns may cascade for it.
    if (cascading.some((other) => other.columns.join() === key.columns.join())) continue
    yield {
      ...makerOfForeignKey(folder, catalog, { table: name, key }),
      message: `${name} refers to ${owner.table} with ON DELETE ${key.onDelete.toUpperCase()}.`,
    }
  }
  const { column } = owner
  const isKnown = foreignKeys.some(
    ({ columns: own, references, onDelete }) =>
      own.includes(column) &&
      (references === owner.table || (owned.has(references) && onDelete === 'cascade')),
  )
  if (isKnown || !columns.some((one) => one.name === column)) return
  yield {
    ...makerOfColumn(folder, { table: name, column }),
    message: `${name}.${column} is called as a key of ${owner.table} and is no foreign key to it.`,
  }
}
