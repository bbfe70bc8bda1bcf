import { differences, titleOf } from './facts.js'
import type { ManifestColumn, ManifestTable, SchemaManifest } from './manifest.js'
import { columnText, type ManifestFact, manifestFacts } from './manifest-facts.js'

/**
 * A difference between a database and the schema that the code expects.
 *
 * @example
 * ```ts
 * const mismatches: SchemaMismatch[] = await checkSchema(database)
 * for (const { object, kind, actual } of mismatches) console.log(object, kind, actual)
 * ```
 */
export interface SchemaMismatch {
  /** Whether the object is missing, is different, or is not expected. */
  readonly kind: 'missing' | 'differs' | 'extra'
  /** The object, such as `column chats.title` or `column logins.at in the schema audit`. */
  readonly object: string
  /** The expected definition, in words like those of SQL; null for an extra object. */
  readonly expected: string | null
  /** The actual definition, in words like those of SQL; null for a missing object. */
  readonly actual: string | null
  /** For an extra object: what it changes for the code. */
  readonly why: string | null
}

/**
 * Compares the schema that the code expects with an actual one, and returns the mismatches, sorted
 * by object. Comments and the order of columns are ignored, and so is every extra object that
 * cannot make a statement of the code fail or mean something else.
 *
 * @param options.printsQualifiers Whether the actual server prints the table before every column in
 * the query of a view, as servers before 16 do. The expected manifest comes from a newer server.
 */
export function compareManifests(
  expected: SchemaManifest,
  actual: SchemaManifest,
  { printsQualifiers = false }: { readonly printsQualifiers?: boolean } = {},
): SchemaMismatch[] {
  const [wanted, found] = [manifestFacts(expected), manifestFacts(actual)]
  const names = [...actual.tables, ...actual.views, ...actual.domains].map(({ name }) => name)
  const mismatches: SchemaMismatch[] = []
  for (const object of differences(wanted, found, { ignoring: ['comment', 'column order'] })) {
    const [one, other] = [wanted.get(object), found.get(object)]
    // A missing table is one mismatch.
    if (!one || (one.table !== undefined && !names.includes(one.table))) continue
    if (other && printsQualifiers && isSameQuery(one, other)) continue
    const kind = other ? 'differs' : 'missing'
    const text = other?.text ?? null
    mismatches.push({ kind, object, expected: one.text, actual: text, why: null })
  }
  const ours = new Set(expected.tables.map(({ name }) => name))
  for (const table of expected.tables) {
    const live = actual.tables.find(({ name }) => name === table.name)
    if (live) mismatches.push(...extrasThatMatter(table, live, ours))
  }
  return mismatches.sort((one, other) => (one.object < other.object ? -1 : 1))
}

/** The number of compared objects: 0 means that the comparison proves nothing. */
export function countCompared(expected: SchemaManifest): number {
  const facts = [...manifestFacts(expected).values()]
  return facts.filter(({ kind }) => kind !== 'comment' && kind !== 'column order').length
}

const isSameQuery = (one: ManifestFact, other: ManifestFact) =>
  one.kind.endsWith('view') && withoutQualifiers(one.text) === withoutQualifiers(other.text)

/** Removes the names before dots, except in quoted texts. */
function withoutQualifiers(query: string): string {
  return query.replace(/('(?:[^']|'')*')|(?:\b\w+|"(?:[^"]|"")*")\./g, (_, text) => text ?? '')
}

/**
 * The additions to a table of ours that change what the code relies on. Additions that only make it
 * slower or larger are ignored: a column with a default, an index, a trigger that runs after the
 * row is written, a foreign key to a table of the host.
 *
 * @param ours The names of all tables of ours.
 */
function extrasThatMatter(
  expected: ManifestTable,
  actual: ManifestTable,
  ours: ReadonlySet<string>,
): SchemaMismatch[] {
  const known = new Set(expected.columns.map(({ name }) => name))
  const isOurs = ({ columns }: Keyed) =>
    columns.some((column) => column === null || known.has(column))
  const keys = expected.constraints.filter(
    ({ kind }) => kind === 'primary key' || kind === 'unique',
  )
  // If some of its columns are unique, all of them together are unique.
  const isImplied = ({ columns }: Keyed) =>
    keys.some((key) => key.columns.every((column) => columns.includes(column)))
  const table = actual.name
  const extra = (kind: string, { name, definition }: Defined, why: string): SchemaMismatch => {
    const object = titleOf(kind, { name, table })
    return { kind: 'extra', object, expected: null, actual: definition, why }
  }
  const constraints = added(expected.constraints, actual.constraints)
  const indexes = added(expected.indexes, actual.indexes).filter(
    ({ name }) => !constraints.some((constraint) => constraint.name === name),
  )
  return [
    ...added(expected.columns, actual.columns)
      .filter(mustBeGiven)
      .map((column) => ({ name: column.name, definition: columnText(column) }))
      .map((one) => extra('column', one, 'an INSERT of the code has no value for it, and fails')),
    ...constraints
      .filter((one) => isOurs(one) && !(one.kind === 'unique' && isImplied(one)))
      // A foreign key to a table of the host refuses only what the host forbids.
      .filter(({ references }) => references === null || ours.has(references))
      .map((one) => extra('constraint', one, one.references === null ? refuses : ties)),
    ...indexes
      .filter((index) => index.unique && isOurs(index) && !isImplied(index))
      .map((index) => extra('index', index, refuses)),
    ...added(expected.triggers, actual.triggers)
      .filter(({ definition }) => mayChangeRow(definition))
      .map((one) => extra('trigger', one, 'it may change or refuse a row that the code writes')),
    ...added(expected.policies, actual.policies)
      .filter(() => actual.rowSecurity !== 'off')
      .map((one) => extra('policy', one, 'it changes which rows the code sees')),
    ...added(expected.rules, actual.rules).map((one) =>
      extra('rule', one, 'it changes what a statement of the code does'),
    ),
  ]
}

interface Defined {
  readonly name: string
  readonly definition: string
}

interface Keyed {
  readonly columns: readonly (string | null)[]
}

const refuses = 'it may refuse a row that the code writes'
const ties = 'it ties tables together that the code takes for independent'

function added<T extends { readonly name: string }>(
  expected: readonly T[],
  actual: readonly T[],
): T[] {
  const names = new Set(expected.map(({ name }) => name))
  return actual.filter(({ name }) => !names.has(name))
}

const mayChangeRow = (trigger: string) =>
  /^CREATE TRIGGER .* BEFORE .* FOR EACH ROW /s.test(trigger) && !trigger.endsWith(' (disabled)')

/** Whether an INSERT that has no value for a column fails. */
export const mustBeGiven = (column: ManifestColumn): boolean =>
  !column.nullable &&
  column.default === null &&
  column.identity === null &&
  column.generated === null
