import type {
  ManifestColumn,
  ManifestConstraint,
  ManifestIndex,
  ManifestTable,
  SchemaManifest,
} from './manifest.js'
import { columnText } from './manifest-facts.js'

// Questions about the structure of a schema. Each is answered here and nowhere else.

type Tables = Pick<SchemaManifest, 'tables'>

/** A table whose rows belong to a row of another table, the owner, and are deleted with it. */
export interface ScopedTable {
  readonly name: string
  /** The column that holds the key of the owner; null if only the rows of another table have it. */
  readonly column: string | null
}

/**
 * The tables whose rows belong to a row of the owner, by name: those from which foreign keys with
 * ON DELETE CASCADE lead to it, directly or through other tables. The owner is not one of them.
 *
 * @example
 * ```ts
 * for (const { name, column } of scopedTables(await readCatalog(database), 'chats')) {
 *   console.log(name, column)
 * }
 * ```
 */
export function scopedTables({ tables }: Tables, owner: string): ScopedTable[] {
  const columns = new Map<string, string | null>()
  let isGrowing = true
  while (isGrowing) {
    isGrowing = false
    for (const { name, constraints } of tables) {
      for (const key of constraints) {
        const column = ownerColumn(key, owner, columns)
        if (name === owner || column === undefined || columns.get(name)) continue
        isGrowing ||= column !== null || !columns.has(name)
        columns.set(name, column)
      }
    }
  }
  return tables
    .filter(({ name }) => columns.has(name))
    .map(({ name }) => ({ name, column: columns.get(name)! }))
}

/** The column of a foreign key by which its rows go with the owner; undefined if they do not. */
function ownerColumn(
  { references, onDelete, columns: own, referencedColumns }: ManifestConstraint,
  owner: string,
  columns: ReadonlyMap<string, string | null>,
): string | null | undefined {
  if (references === null || onDelete !== 'cascade') return undefined
  if (references === owner) return own[0]
  const parent = columns.get(references)
  return parent == null ? parent : (own[referencedColumns.indexOf(parent)] ?? null)
}

/** The foreign keys without an index: each deletion in the other table reads this whole table. */
export function foreignKeysWithoutIndex({
  constraints,
  indexes,
}: ManifestTable): ManifestConstraint[] {
  return constraints
    .filter(({ kind }) => kind === 'foreign key')
    .filter((key) => !indexes.some((index) => serves(index, key.columns)))
}

/**
 * Whether an index finds the rows that refer to a row: it is valid, can be searched for equal
 * values, and begins with the columns of the key in any order. For a unique index some of them are
 * enough, because it finds one row.
 */
function serves(index: ManifestIndex, columns: readonly string[]): boolean {
  const { valid, method, unique } = index
  if (!valid || !['btree', 'hash'].includes(method) || !leavesOutNulls(index, columns)) return false
  const isOfKey = (column: string | null) => column !== null && columns.includes(column)
  const first = new Set(index.columns.slice(0, columns.length).filter(isOfKey))
  return first.size === columns.length || (unique && index.columns.every(isOfKey))
}

/** Whether a partial index omits only rows with NULL, which refer to nothing. */
function leavesOutNulls({ condition }: ManifestIndex, columns: readonly string[]): boolean {
  const parts = condition?.replace(/[()]/g, '').split(' AND ') ?? []
  return parts.every((part) => {
    const column = / IS NOT NULL$/.test(part) && part.replace(/ IS NOT NULL$/, '').trim()
    return column !== false && columns.includes(column.replaceAll('"', ''))
  })
}

/** A table whose rows outlive their owner or prevent its deletion. */
export interface OwnerOffence {
  readonly table: string
  /** The foreign key that does not cascade; null for a column without one. */
  readonly key: ManifestConstraint | null
  /** The first column of the key, or the column without one. */
  readonly column: string
}

/**
 * Finds rows that are not deleted with their owner: foreign keys to the owner that do not cascade,
 * and columns that are named like the key of the owner and have no foreign key.
 *
 * @param column The name of the owner's key in other tables, such as `chat_id`.
 */
export function ownersWithoutCascade(
  catalog: Tables,
  { owner, column }: { readonly owner: string; readonly column: string },
): OwnerOffence[] {
  const scoped = new Set([owner, ...scopedTables(catalog, owner).map(({ name }) => name)])
  return catalog.tables
    .filter(({ name }) => name !== owner)
    .flatMap((table): OwnerOffence[] => {
      const { constraints, columns } = table
      const keys = constraints.filter(({ references }) => references === owner)
      const cascading = keys
        .filter(({ onDelete }) => onDelete === 'cascade')
        .map((key) => key.columns.join())
      const offending = keys
        // Another key on the same columns may cascade for it.
        .filter((key) => !cascading.includes(key.columns.join()))
        .map((key) => ({ table: table.name, key, column: key.columns[0]! }))
      const isKnown = constraints.some(
        ({ columns: own, references, onDelete }) =>
          own.includes(column) &&
          references !== null &&
          (references === owner || (scoped.has(references) && onDelete === 'cascade')),
      )
      const isCalled = !isKnown && columns.some(({ name }) => name === column)
      return isCalled ? [...offending, { table: table.name, key: null, column }] : offending
    })
}

/** A column in which two tables that mirror each other differ. */
export interface MirrorOffence {
  readonly column: string
  /** Its definition in the one and in the other table; undefined if it is missing there. */
  readonly shapes: readonly [string | undefined, string | undefined]
}

/**
 * The columns in which two tables that mirror each other differ, by name, type, default and so on.
 * The first column, which is the owner's, comments and the order of columns are ignored.
 */
export function mirrorOffences(one: ManifestTable, other: ManifestTable): MirrorOffence[] {
  const shapesOf = ({ columns }: ManifestTable) =>
    new Map(columns.slice(1).map((column: ManifestColumn) => [column.name, columnText(column)]))
  const [mine, yours] = [shapesOf(one), shapesOf(other)]
  return [...new Set([...mine.keys(), ...yours.keys()])]
    .map((column) => ({ column, shapes: [mine.get(column), yours.get(column)] as const }))
    .filter(({ shapes: [here, there] }) => here !== there)
}
