import { DriftpinError } from '../../../errors.js'
import { tablesGoingWith } from '../../tables-going-with.js'
import { originOfColumn, originOfForeignKey } from '../find-origin.js'
import type { LintedFolder } from '../linted-folder.js'
import type { MigratedCatalog } from '../migrated-catalog.js'
import type { ForeignKeyFacts, TableFacts } from '../read-tables.js'
import type { Offence, Rule } from '../rule.js'

export const ownerWithoutCascade: Rule = {
  id: 'owner-without-cascade',
  why: 'If the owner of a row is deleted, the row stays without an owner or prevents the deletion.',
  instead:
    'Give the column a foreign key to its owner with ON DELETE CASCADE. If the rows must ' +
    'outlive their owner, allow the rule and say why.',
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
        if (table.key !== owner.table)
          yield* ownerOffences(folder, catalog, { owner, owned, table })
      }
    }
  },
}

interface Looked {
  readonly owner: Owner
  readonly owned: ReadonlySet<string>
  readonly table: TableFacts
}

function* ownerOffences(
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
      ...originOfForeignKey(folder, catalog, { table: name, key }),
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
    ...originOfColumn(folder, { table: name, column }),
    message: `${name}.${column} has the name of a key of ${owner.table} but no foreign key to it.`,
  }
}

export const foreignKeyWithoutIndex: Rule = {
  id: 'foreign-key-without-index',
  why:
    'Each deletion from the referenced table scans the whole referencing table and holds locks ' +
    'meanwhile.',
  instead:
    'Create an index that begins with the columns of the foreign key. If the table stays small, ' +
    'allow the rule and say so.',
  needsCatalog: true,
  *check(folder, catalog) {
    for (const { key: table, foreignKeys } of catalog.tables) {
      for (const key of foreignKeys) {
        if (key.indexConditions.some((condition) => covers(condition, key))) continue
        const columns = key.columns.join(', ')
        yield {
          ...originOfForeignKey(folder, catalog, { table, key }),
          message:
            `No index of ${table} begins with ${columns}, which a deletion from ` +
            `${key.references} searches for.`,
        }
      }
    }
  },
}

/** A partial index serves the foreign key if it leaves out only rows without a value. */
function covers(condition: string, { columns }: ForeignKeyFacts): boolean {
  const parts = condition.replace(/[()]/g, '').split(/ AND /)
  return parts.every((part) => {
    const name = part.trim().replace(/ IS NOT NULL$/, '')
    return part.trim() === '' || (part !== name && columns.includes(name.replaceAll('"', '')))
  })
}

export const mirrorOutOfStep: Rule = {
  id: 'mirror-out-of-step',
  why:
    'Copying rows between two mirrored tables loses a column that one of them lacks, or fails on ' +
    'a type or a NULL.',
  instead: 'Change both tables of the pair in the same migration.',
  needsCatalog: true,
  applies: ({ mirrors }) => mirrors.length > 0,
  *check(folder, catalog) {
    for (const [one, other] of folder.mirrors) {
      yield* mirrorOffences(folder, tableOf(catalog, one), tableOf(catalog, other))
    }
  },
}

function tableOf({ tables }: MigratedCatalog, name: string): TableFacts {
  const found = tables.find(({ key }) => key === name)
  if (found === undefined) throw missingTable(tables, name, 'mirrored')
  return found
}

function* mirrorOffences(
  folder: LintedFolder,
  one: TableFacts,
  other: TableFacts,
): Generator<Offence> {
  const [ones, others] = [mirrored(one), mirrored(other)]
  for (const column of new Set([...ones.keys(), ...others.keys()])) {
    const [mine, yours] = [ones.get(column), others.get(column)]
    if (mine === yours) continue
    const has = mine === undefined ? other.key : one.key
    const message =
      mine === undefined || yours === undefined
        ? `${column} is in ${has} and not in ${has === one.key ? other.key : one.key}.`
        : `${column} is ${mine} in ${one.key} and ${yours} in ${other.key}.`
    yield { ...laterOrigin(folder, { one: one.key, other: other.key, column }), message }
  }
}

/** The columns after the first, which says whose row it is. */
function mirrored({ columns }: TableFacts): ReadonlyMap<string, string> {
  return new Map(columns.slice(1).map(({ name, shape }) => [name, shape]))
}

/** What changed the column last is what left the other table behind. */
function laterOrigin(
  folder: LintedFolder,
  { one, other, column }: { readonly one: string; readonly other: string; readonly column: string },
) {
  const makers = [one, other].map((table) => originOfColumn(folder, { table, column }))
  const [first, second] = makers as [(typeof makers)[number], (typeof makers)[number]]
  if (first.script.version !== second.script.version) {
    return first.script.version > second.script.version ? first : second
  }
  return first.at > second.at ? first : second
}

/** A table whose rows own rows of others. */
interface Owner {
  /** Its key in the catalog. */
  readonly table: string
  /** What its key is called in the tables of what it owns. */
  readonly column: string
}

/**
 * Finds the owner for `chats` or `app.chats`, or for `chats.chat_id` with the name of the
 * referencing column: the longest part that is a table, and then the column.
 *
 * @throws DriftpinError `invalid_input` where the migrations leave no such table.
 */
function ownerCalled(name: string, { tables }: MigratedCatalog): Owner {
  const parts = name.replace(/^public\./, '').split('.')
  for (let length = parts.length; length > 0; length--) {
    const table = parts.slice(0, length).join('.')
    if (!tables.some(({ key }) => key === table)) continue
    const column = parts.slice(length).join('.') || `${singular(parts[length - 1]!)}_id`
    return { table, column }
  }
  throw missingTable(tables, name, 'owner')
}

function singular(plural: string): string {
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`
  if (/(?:ss|x|ch|sh)es$/.test(plural)) return plural.slice(0, -2)
  return /[^su]s$/.test(plural) ? plural.slice(0, -1) : plural
}

/** The error for a table that an option names and that the migrations do not leave. */
function missingTable(
  tables: readonly TableFacts[],
  name: string,
  as: 'owner' | 'mirrored',
): DriftpinError {
  const names = tables.map(({ key }) => key).join(', ') || 'none'
  return new DriftpinError(
    'invalid_input',
    `The ${as} table ${name} is not there after the last migration. There are ${names}.`,
    { table: name },
  )
}
