/** A fact about a database: the properties of a table, the rights of a role, the hash of rows. */
export interface Fact {
  /** Its object, such as `column public.chats.title`. */
  readonly title: string
  /** The first words of the title: `table`, `column`, `index` and so on. */
  readonly kind: string
  /** Its content: attributes as JSON, a definition, a value, or a hash. */
  readonly text: string
}

/** Facts by their titles. */
export type Facts = ReadonlyMap<string, Fact>

/**
 * The aspects that a comparison can ignore. `comment`, `owner`, `privileges` and `storage` are
 * parts of the fact of an object; the others are separate facts.
 */
export type Aspect =
  | 'column order'
  | 'comment'
  | 'large object'
  | 'rows'
  | 'sequence value'
  | 'session'
  | 'setting'

/** The aspects in which two databases with the same schema and the same roles may differ. */
export const allButSchema: readonly Aspect[] = [
  'large object',
  'rows',
  'sequence value',
  'session',
  'setting',
]

/**
 * The titles of the facts in which two databases differ, sorted: the one definition of equality.
 *
 * @param options.ignoring What may differ; nothing by default.
 *
 * @example
 * ```ts
 * const before = await describeDatabase(database)
 * await database.query('CREATE SEQUENCE numbers')
 * differences(before, await describeDatabase(database)) // ['sequence public.numbers', ...]
 * ```
 */
export function differences(
  one: Facts,
  other: Facts,
  { ignoring = [] }: { readonly ignoring?: readonly Aspect[] } = {},
): string[] {
  const ignored = new Set<string>(ignoring)
  const titles = [...new Set([...one.keys(), ...other.keys()])]
  return titles
    .filter((title) => one.get(title)?.text !== other.get(title)?.text)
    .filter((title) => !ignored.has((one.get(title) ?? other.get(title))!.kind))
    .sort()
}

/** Facts by their titles. Facts with one title, such as equal large objects, become one. */
export function factsByTitle(...lists: readonly (readonly Fact[])[]): Map<string, Fact> {
  const all = new Map<string, Fact>()
  for (const fact of lists.flat()) {
    const same = all.get(fact.title)
    const text = same && [same.text, fact.text].sort().join('\n')
    all.set(fact.title, text === undefined ? fact : { ...fact, text })
  }
  return all
}

/** Groups items by a key, in their order. Map.groupBy needs Node 21. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

/** A fact of a catalog as it is read. Names are as they are stored, without quotes. */
export interface CatalogFact extends Fact {
  /** The oid of the object that the fact belongs to, 0 for none. It is never compared. */
  readonly unit: number
  /** Null for the schema that names are relative to. */
  readonly schema: string | null
  /** The table, view, type or domain that it is a part of. */
  readonly table: string | null
  readonly name: string
  /** For a function: its argument types. */
  readonly signature: string | null
  /** For a column: its number. */
  readonly place: number
}

/** A fact as the statement returns it. */
export type FactTuple = readonly [
  unit: number,
  kind: string,
  schema: string | null,
  table: string | null,
  name: string,
  signature: string | null,
  place: number,
  text: string,
]

/** The kind of the fact that contains the order of the columns of a table. */
export const columnOrder = 'column order'

/** Gives facts their titles, and adds the order of columns. */
export function toFacts(tuples: readonly FactTuple[]): CatalogFact[] {
  const facts: CatalogFact[] = []
  const comments: CatalogFact[] = []
  const titles = new Map<string, string>()
  for (const [unit, kind, schema, table, name, signature, place, text] of tuples) {
    const title = titleOf(kind, { unit, schema, table, name, signature })
    const fact = { title, unit, kind, schema, table, name, signature, place, text }
    if (kind === 'comment' && unit !== 0) {
      comments.push(fact)
      continue
    }
    facts.push(fact)
    titles.set(`${unit} ${place}`, title)
  }
  const columns = facts.filter(({ kind }) => kind === 'column')
  for (const comment of comments) {
    const on = titles.get(`${comment.unit} ${comment.place}`)
    if (on !== undefined) facts.push({ ...comment, title: `comment on ${on}` })
  }
  for (const some of groupBy(columns, byUnit).values()) {
    const [first, text] = [some[0]!, orderOf(some)]
    facts.push({ ...first, title: titleOf(columnOrder, first), kind: columnOrder, text })
  }
  return facts
}

/** The object that a fact belongs to, to group by. */
export const byUnit = ({ unit }: CatalogFact) => unit

const orderOf = (columns: readonly CatalogFact[]) =>
  columns
    .toSorted((one, other) => one.place - other.place)
    .map(({ name }) => printName(name))
    .join(', ')

/** The name of an object in messages, such as `constraint chats_pkey of public.chats`. */
export function titleOf(
  kind: string,
  of: Pick<CatalogFact, 'name'> &
    Partial<Pick<CatalogFact, 'unit' | 'schema' | 'table' | 'signature'>>,
): string {
  const { unit, schema, table, name, signature } = of
  // PostgreSQL has printed these names itself.
  if (unit === 0) return `${kind} ${name}`.trimEnd()
  const prefix = schema ? `${printName(schema)}.` : ''
  if (kind === columnOrder) return `${kind} of ${prefix}${printName(table!)}`
  const own = `${printName(name)}${signature == null ? '' : `(${signature})`}`
  if (kind === 'column') return `column ${prefix}${printName(table!)}.${own}`
  if (!table || kind === 'index') return `${kind} ${prefix}${own}`
  return `${kind} ${own} of ${prefix}${printName(table)}`
}

/** A name as a person would write it: with quotes where it is not a plain word. */
export const printName = (name: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
