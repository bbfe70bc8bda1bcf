import {
  neutralSettings,
  type Queryable,
  quoteLiteral,
  readAndRollBack,
  searchPath,
  type Transaction,
} from '../database/index.js'
import { dependsAs, type FactSource, firstOid } from './fact-source.js'
import { type CatalogFact, type FactTuple, toFacts } from './facts.js'
import { objectSources } from './object-sources.js'
import { partSources } from './part-sources.js'
import { relationSources } from './relation-sources.js'
import { commentSource, plainCatalogs, plainSource, restSources } from './rest-sources.js'

/** The facts that belong to objects, with their comments. */
export const objectFactSources: readonly FactSource[] = [
  ...relationSources,
  ...partSources,
  ...objectSources,
  commentSource,
]

/**
 * A SELECT of all facts of some sources as one value: to take thousands of rows apart would cost
 * more than to read them.
 *
 * @param options.has The attributes that a manifest has, or those of a digest.
 * @param options.where Which facts.
 */
export function factsSql(
  sources: readonly FactSource[],
  scope: Scope,
  options: {
    readonly has: 'manifest' | 'digest'
    readonly where?: string
    readonly materialized?: 'MATERIALIZED' | 'NOT MATERIALIZED'
  },
): string {
  const { has, where = 'true', materialized = 'MATERIALIZED' } = options
  const selects = sources.map((source) => factSql(source, has === 'manifest'))
  return `WITH ${scopeSql(scope, materialized)}, fact AS (${selects.join('\nUNION ALL\n')})
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(unit::bigint, catalog, kind, schema, "table",
  name, signature, place, text)), '[]') AS facts
FROM fact WHERE ${where}`
}

/** What {@link factsSql} answers. */
export interface FactsAnswer {
  readonly facts: FactTuple[]
}

function factSql(source: FactSource, isManifest: boolean): string {
  const { table = 'NULL', signature = 'NULL', place = '0', catalog, from, where } = source
  const { attributes = {}, parts = {}, details = {}, inManifest } = source
  const all = Object.entries({ ...attributes, ...(isManifest ? parts : details) })
  const condition = isManifest && typeof inManifest === 'string' ? ` AND ${inManifest}` : ''
  return `SELECT ${source.unit} AS unit, ${catalog}::text AS catalog, ${source.kind}::text AS kind,
    ${source.schema}::text AS schema, ${table}::text AS "table", ${source.name}::text AS name,
    ${signature}::text AS signature, ${place}::integer AS place,
    pg_catalog.json_build_object(${all.map(([key, value]) => `'${key}', ${value}`)})::text AS text
  FROM ${from}
  WHERE (${where})${condition}`
}

/** Which schemas `n`, relations `c` and types `t` facts are read of. */
interface Scope {
  readonly schemas: string
  readonly relations: string
  readonly types: string
}

/**
 * The common table expressions that sources are read from. Toast tables and their indexes are how
 * PostgreSQL stores a table, and the temporary schemas of other sessions cannot be read. The row
 * type of a table, and the type of its arrays, come and go with the table.
 */
function scopeSql(
  { schemas, relations, types }: Scope,
  materialized: 'MATERIALIZED' | 'NOT MATERIALIZED',
): string {
  return `schema AS MATERIALIZED (
  SELECT n.oid, nullif(CASE n.oid WHEN pg_catalog.pg_my_temp_schema() THEN 'pg_temp'
      ELSE n.nspname::text END, pg_catalog.current_schema()::text) AS name
  FROM pg_namespace n
  WHERE ${schemas} AND NOT pg_catalog.pg_is_other_temp_schema(n.oid)
    AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_toast')
), relation AS ${materialized} (
  SELECT c.*, s.name AS schema
  FROM pg_class c JOIN schema s ON s.oid = c.relnamespace WHERE ${relations}
), type AS ${materialized} (
  SELECT t.*, s.name AS schema
  FROM pg_type t JOIN schema s ON s.oid = t.typnamespace
  WHERE (t.typcategory <> 'A' OR t.typtype = 'd') AND ${types}
    AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')
)`
}

/** Everything that was made after initdb. */
export const everything: Scope = {
  schemas: 'true',
  relations: `c.oid >= ${firstOid}`,
  types: `t.oid >= ${firstOid}`,
}

/** What {@link readFacts} reads. */
export interface FactsOptions {
  /** The schemas, or all that are not PostgreSQL's own; that of the adapter by default. */
  readonly schemas?: readonly string[] | 'all'
  /** The schema that names are relative to; that of the adapter by default. */
  readonly relativeTo?: string
  /** Tables, views and sequences to leave out, by name. */
  readonly except?: readonly string[]
  /** Whether to read what extensions brought; false by default. */
  readonly withExtensions?: boolean
  /** Leaves out all other kinds of facts. */
  readonly kinds?: readonly string[]
}

/**
 * Reads what schemas consist of: everything that a manifest has, as of one moment, in a transaction
 * that is rolled back, and with settings that make every server print a definition alike.
 */
export async function readFacts(
  queryable: Queryable,
  options: FactsOptions = {},
): Promise<CatalogFact[]> {
  const { schemas = [queryable.schema], relativeTo = queryable.schema } = options
  const { except = [], withExtensions = false, kinds } = options
  const isAsked = ({ kind }: FactSource) => kinds?.some((one) => kind.includes(`'${one}'`)) ?? true
  const sources = objectFactSources.filter((one) => one.inManifest && isAsked(one))
  const isOwn = (catalog: string, oid: string) =>
    withExtensions ? 'true' : `NOT ${dependsAs('e', catalog, oid)}`
  const scope = {
    schemas: `(n.nspname = ANY ($1)
      OR $1 IS NULL AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')`,
    relations: `c.relname <> ALL ($2) AND ${isOwn('pg_class', 'c.oid')}`,
    types: isOwn('pg_type', 't.oid'),
  }
  return await readAndRollBack(queryable, async (transaction) => {
    // PostgreSQL leaves the schema out of a definition when it is first in the search path.
    await transaction.query(neutralSql(searchPath(relativeTo)))
    const read = async (some: readonly FactSource[], where: string, ...values: unknown[]) => {
      const text = factsSql(some, scope, { has: 'manifest', where })
      return (await transaction.query<FactsAnswer>(text, values)).rows[0]!.facts
    }
    const named = [schemas === 'all' ? null : schemas, except]
    const objects = sources.filter((one) => one !== commentSource)
    const facts = await read(objects, 'true', ...named)
    if (!sources.includes(commentSource)) return toFacts(facts)
    const units = [...new Set(facts.map(([unit]) => unit))]
    const comments = await read([commentSource], 'unit = ANY ($3::oid[])', ...named, units)
    return toFacts([...facts, ...comments])
  })
}

/** Every name is qualified then, and no relation of a temporary schema hides another one. */
const digestPath = 'pg_catalog, pg_temp'

/**
 * Reads all facts of the catalog of a database, as a digest has them, and leaves the settings that
 * they were read with.
 *
 * @param major The version of the server.
 * @param all Which facts, for a part of them.
 */
export async function readAllFacts(
  transaction: Transaction,
  major: number,
  all: readonly FactSource[] = [...objectFactSources, ...restSources],
): Promise<CatalogFact[]> {
  const rare = all.flatMap((source) => source.rare ?? [])
  const plain = plainCatalogs.filter(([, since = 0]) => since <= major).map(([name]) => name)
  const exist = (from: string) => `EXISTS (SELECT FROM pg_catalog.${from})`
  // To plan a statement takes longer than to run it, and most databases have no rare objects.
  const { rows } = await transaction.query<{ has: boolean[] }>(
    neutralSql(
      digestPath,
      [...rare, ...plain.map((name) => `${name} WHERE oid >= ${firstOid}`)].map(exist),
    ),
  )
  const { has } = rows[0]!
  const used = plain.filter((_, index) => has[rare.length + index])
  const sources = all.filter(({ rare: one }) => one === undefined || has[rare.indexOf(one)])
  if (used.length > 0) sources.push(plainSource(used))
  const text = factsSql(sources, everything, { has: 'digest' })
  return toFacts((await transaction.query<FactsAnswer>(text)).rows[0]!.facts)
}

/** Sets what definitions and values depend on, for the transaction; `has` says what is asked. */
export function neutralSql(path = digestPath, asked: readonly string[] = []): string {
  const settings = Object.entries({ search_path: path, ...neutralSettings })
  const calls = settings.map(
    ([name, value]) => `pg_catalog.set_config('${name}', ${quoteLiteral(value)}, true)`,
  )
  return `SELECT ${calls}, ARRAY[${asked}]::boolean[] AS has`
}
