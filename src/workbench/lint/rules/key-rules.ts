import {
  foreignKeysWithoutIndex,
  type ManifestTable,
  mirrorOffences,
  ownersWithoutCascade,
} from '../../../catalog/index.js'
import { DriftpinError } from '../../../errors.js'
import { type Origin, originOfColumn, originOfForeignKey } from '../find-origin.js'
import type { MigratedCatalog } from '../migrated-catalog.js'
import type { Linted, Rule } from '../rule.js'

export const ownerWithoutCascade: Rule = {
  id: 'owner-without-cascade',
  why: 'If the owner of a row is deleted, the row stays without an owner or prevents the deletion.',
  instead:
    'Give the column a foreign key to its owner with ON DELETE CASCADE. If the rows must ' +
    'outlive their owner, allow the rule and say why.',
  needs: 'catalog',
  applies: ({ owners }) => owners.length > 0,
  *check(linted) {
    const { catalog } = linted
    for (const name of linted.owners) {
      const { table: owner, column } = ownerCalled(name, catalog)
      for (const offence of ownersWithoutCascade(catalog, { owner, column })) {
        const { table, key } = offence
        if (key !== null) {
          const message = `${table} refers to ${owner} with ON DELETE ${key.onDelete!.toUpperCase()}.`
          yield { ...originOfForeignKey(linted, { table, key }), message }
        } else {
          const message = `${table}.${column} has the name of a key of ${owner} but no foreign key to it.`
          yield { ...originOfColumn(linted, { table, column })!, message }
        }
      }
    }
  },
}

export const foreignKeyWithoutIndex: Rule = {
  id: 'foreign-key-without-index',
  why:
    'Each deletion from the referenced table scans the whole referencing table and holds locks ' +
    'meanwhile.',
  instead:
    'Create an index that begins with the columns of the foreign key. If the table stays small, ' +
    'allow the rule and say so.',
  needs: 'catalog',
  *check(linted) {
    const { catalog } = linted
    for (const table of catalog.tables) {
      for (const key of foreignKeysWithoutIndex(table)) {
        const columns = key.columns.join(', ')
        yield {
          ...originOfForeignKey(linted, { table: table.name, key }),
          message:
            `No index of ${table.name} begins with ${columns}, which a deletion from ` +
            `${key.references} searches for.`,
        }
      }
    }
  },
}

export const mirrorOutOfStep: Rule = {
  id: 'mirror-out-of-step',
  why:
    'Copying rows between two mirrored tables loses a column that one of them lacks, or fails on ' +
    'a type or a NULL.',
  instead: 'Change both tables of the pair in the same migration.',
  needs: 'catalog',
  applies: ({ mirrors }) => mirrors.length > 0,
  *check(linted) {
    const { catalog } = linted
    for (const [first, second] of linted.mirrors) {
      const [one, other] = [tableOf(catalog, first), tableOf(catalog, second)]
      for (const { column, shapes } of mirrorOffences(one, other)) {
        const [mine, yours] = shapes
        const [has, lacks] = mine === undefined ? [other, one] : [one, other]
        const message =
          mine === undefined || yours === undefined
            ? `${column} is in ${has.name} and not in ${lacks.name}.`
            : `${column} is ${mine} in ${one.name} and ${yours} in ${other.name}.`
        yield { ...lastOrigin(linted, [one.name, other.name], column), message }
      }
    }
  },
}

function tableOf({ tables }: MigratedCatalog, name: string): ManifestTable {
  const found = tables.find((table) => table.name === name)
  if (found === undefined) throw missingTable(tables, name, 'mirrored')
  return found
}

/** What changed the column last is what left the other table behind. */
function lastOrigin(linted: Linted, tables: readonly string[], column: string): Origin {
  const origins = tables.flatMap((table) => originOfColumn(linted, { table, column }) ?? [])
  const byPlace = (one: Origin, other: Origin) =>
    one.script.version - other.script.version || one.at - other.at
  return origins.sort(byPlace).at(-1)!
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
    if (!tables.some((one) => one.name === table)) continue
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
  tables: readonly ManifestTable[],
  name: string,
  as: 'owner' | 'mirrored',
): DriftpinError {
  const names = tables.map((table) => table.name).join(', ') || 'none'
  return new DriftpinError(
    'invalid_input',
    `The ${as} table ${name} does not exist after the last migration. The tables are ${names}.`,
    { table: name },
  )
}
