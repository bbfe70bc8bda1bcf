import { differences, titleOf } from './facts.js'
import type {
  ManifestColumn,
  ManifestConstraint,
  ManifestTable,
  SchemaManifest,
} from './manifest.js'
import { columnText, type ManifestFact, manifestFacts } from './manifest-facts.js'

/**
 * One thing in which a database is not what the code expects.
 *
 * @example
 * ```ts
 * const mismatches: SchemaMismatch[] = await checkSchema(database)
 * for (const { object, kind, actual } of mismatches) console.log(object, kind, actual)
 * ```
 */
export interface SchemaMismatch {
  /** Whether it is not there, is different, or is not expected at all. */
  readonly kind: 'missing' | 'differs' | 'extra'
  /** What it is about, as `column chats.title`, or `column logins.at in the schema audit`. */
  readonly object: string
  /** In words like those of SQL; null for what is extra. */
  readonly expected: string | null
  /** In words like those of SQL; null for what is missing. */
  readonly actual: string | null
  /** For something extra: what it changes for the code. */
  readonly why: string | null
}

/**
 * What code that expects one schema finds different in another one, sorted by object. Comments and
 * the order of columns are ignored, and so is everything extra that cannot make a statement of the
 * code fail or mean something else.
 *
 * @param options.printsQualifiers Whether the actual server prints the table before every column in
 * the query of a view, as servers before 16 do. Manifests are made with a newer one.
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
    for (const { object, text, why } of live ? extrasThatMatter(table, live, ours) : []) {
      mismatches.push({ kind: 'extra', object, expected: null, actual: text, why })
    }
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

/** Leaves out what stands before a dot, but in quoted texts. */
function withoutQualifiers(query: string): string {
  return query.replace(/('(?:[^']|'')*')|(?:\b\w+|"(?:[^"]|"")*")\./g, (_, text) => text ?? '')
}

/** Something that was added to a table of ours, and what it changes for the code. */
interface Extra {
  readonly object: string
  readonly text: string
  readonly why: string
}

/**
 * What was added to a table of ours and changes what the code relies on. What only makes it slower
 * or larger does not: a column with a default, an index, a trigger that runs after the row is
 * written, a foreign key to a table of the host's.
 *
 * @param ours The names of all tables of ours.
 */
function extrasThatMatter(
  expected: ManifestTable,
  actual: ManifestTable,
  ours: ReadonlySet<string>,
): Extra[] {
  const known = new Set(expected.columns.map(({ name }) => name))
  const isOurs = ({ columns }: Keyed) =>
    columns.some((column) => column === null || known.has(column))
  const keys = expected.constraints.filter(
    ({ kind }) => kind === 'primary key' || kind === 'unique',
  )
  // What holds for a part of its columns holds for all of them.
  const isImplied = ({ columns }: Keyed) =>
    keys.some((key) => key.columns.every((column) => columns.includes(column)))
  const table = actual.name
  const extra = (kind: string, one: Defined, why: string): Extra => ({
    object: titleOf(kind, { name: one.name, table }),
    text: one.definition,
    why,
  })
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
      .filter((constraint) => isOurs(constraint))
      .filter((constraint) => constraint.kind !== 'unique' || !isImplied(constraint))
      .map((constraint) => ({ constraint, why: whyConstraint(constraint, ours) }))
      .flatMap(({ constraint, why }) => (why ? extra('constraint', constraint, why) : [])),
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

/** A key to a table of the host's refuses what the host has no row for: its own business. */
function whyConstraint(
  { kind, references }: ManifestConstraint,
  ours: ReadonlySet<string>,
): string | undefined {
  if (kind !== 'foreign key') return refuses
  if (!ours.has(references!)) return undefined
  return 'it ties tables together that the code takes for independent'
}
