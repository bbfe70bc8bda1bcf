import { type Queryable, quoteIdentifier } from '../database/index.js'
import { type SchemaManifest, schemaManifest } from '../schema/index.js'
import { extrasThatMatter } from './extras-that-matter.js'
import { type ManifestEntry, manifestEntries } from './manifest-entries.js'
import { readManifest } from './read-manifest.js'

/**
 * What the schemas of a database are to consist of.
 *
 * @example
 * ```ts
 * const expected: ExpectedSchemas = { expected: schemaManifest }
 * const mismatches = await checkSchema(database, expected)
 * ```
 */
export interface ExpectedSchemas {
  /** What should be in the schema of the adapter; driftpin's own newest by default. */
  readonly expected?: SchemaManifest
  /** What should be in other schemas of the same database, by their names; none by default. */
  readonly others?: Readonly<Record<string, SchemaManifest>>
}

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
  /** Whether it is not there, is another, or is not expected at all. */
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
 * Compares the schema, or schemas, of a live database with what the code was written for, and
 * answers every mismatch, sorted by schema; none for a database that is as it should be.
 *
 * What the host added beside is none: tables, types and functions of its own, and whatever it
 * added to a table of ours that cannot make a statement of ours fail or mean something else.
 * Comments, privileges and the order of columns are not compared. Reads the catalog once a schema,
 * in a transaction that is rolled back.
 *
 * @param options What should be there; driftpin's own newest schema by default.
 *
 * @example
 * ```ts
 * for (const { kind, object } of await checkSchema(database)) console.warn(object, kind)
 * ```
 */
export async function checkSchema(
  queryable: Queryable,
  { expected = schemaManifest, others = {} }: ExpectedSchemas = {},
): Promise<SchemaMismatch[]> {
  const { rows } = await queryable.query<{ major: number; schemas: string[] }>(
    `SELECT pg_catalog.current_setting('server_version_num')::integer / 10000 AS major,
            (SELECT pg_catalog.array_agg(nspname::text) FROM pg_catalog.pg_namespace) AS schemas`,
  )
  const { major, schemas } = rows[0]!
  // Manifests are made with 18. Before 16, a query of a view has the table before every column.
  const plain = major < 16 ? withoutQualifiers : (query: string) => query
  const mismatches = compareManifests(expected, await readManifest(queryable), plain)
  for (const [schema, other] of Object.entries(others)) {
    if (!schemas.includes(schema)) {
      mismatches.push(missingSchema(schema))
      continue
    }
    const actual = await readManifest(queryable, { schema })
    for (const { object, ...mismatch } of compareManifests(other, actual, plain)) {
      mismatches.push({ ...mismatch, object: `${object} in the schema ${schema}` })
    }
  }
  return mismatches
}

/** Of a schema that is missing, nothing else is told. */
function missingSchema(schema: string): SchemaMismatch {
  const expected = `CREATE SCHEMA ${quoteIdentifier(schema)}`
  return { kind: 'missing', object: `schema ${schema}`, expected, actual: null, why: null }
}

/** How many things are compared, so that nothing is not taken for everything. */
export function countExpected({ expected = schemaManifest, others = {} }: ExpectedSchemas): number {
  return [expected, ...Object.values(others)].reduce(
    (count, manifest) => count + manifestEntries(manifest).size,
    Object.keys(others).length,
  )
}

/** @param plain Makes what two servers print of one query the same. */
function compareManifests(
  expected: SchemaManifest,
  actual: SchemaManifest,
  plain: (query: string) => string,
): SchemaMismatch[] {
  const found = manifestEntries(actual)
  const mismatches: SchemaMismatch[] = []
  for (const [object, entry] of manifestEntries(expected)) {
    const other = found.get(object)
    const { text, table } = entry
    // Of a table that is missing, nothing else is told.
    if (table !== undefined && !isThere(actual, table)) continue
    if (other === undefined) {
      mismatches.push({ kind: 'missing', object, expected: text, actual: null, why: null })
    } else if (!isSame(entry, other, plain)) {
      mismatches.push({ kind: 'differs', object, expected: text, actual: other.text, why: null })
    }
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

function isThere({ tables, views }: SchemaManifest, name: string): boolean {
  return [...tables, ...views].some((one) => one.name === name)
}

function isSame(
  one: ManifestEntry,
  other: ManifestEntry,
  plain: (query: string) => string,
): boolean {
  if (one.text === other.text) return true
  return one.isQuery && plain(one.text) === plain(other.text)
}

/** Leaves out what stands before a dot, but in quoted texts. */
function withoutQualifiers(query: string): string {
  return query.replace(/('(?:[^']|'')*')|(?:\b\w+|"(?:[^"]|"")*")\./g, (_, text) => text ?? '')
}
