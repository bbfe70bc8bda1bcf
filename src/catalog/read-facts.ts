import {
  neutralSettings,
  type Queryable,
  quoteLiteral,
  readAndRollBack,
  searchPath,
  type Transaction,
} from '../database/index.js'
import { dependsAs, type FactSource, firstOid, qualify } from './fact-source.js'
import { type CatalogFact, type FactTuple, toFacts } from './facts.js'
import { commentSource, objectSources } from './object-sources.js'
import { plainCatalogsOf, plainSource, restSources } from './rest-sources.js'

/**
 * A SELECT that returns all facts of some sources as one value: parsing thousands of rows would
 * take longer than reading them.
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
  return qualify(`WITH ${scopeSql(scope, materialized)}, fact AS (${selects.join('\nUNION ALL\n')})
SELECT coalesce(json_agg(json_build_array(unit::bigint, kind, schema, "table", name, signature, place,
  text)), '[]') AS facts FROM fact WHERE ${where}`)
}

/** The row that {@link factsSql} returns. */
export interface FactsAnswer {
  readonly facts: FactTuple[]
}

function factSql(source: FactSource, isManifest: boolean): string {
  const { kind, object, from, attributes, parts, details, inManifest } = source
  const { unit, schema = 'NULL', table = 'NULL', name, signature = 'NULL', place = '0' } = object
  const all = Object.entries({ ...attributes, ...(isManifest ? parts : details) })
  return `SELECT ${unit} AS unit, ${kind}::text AS kind, ${schema}::text AS schema,
    ${table}::text AS "table", ${name}::text AS name, ${signature}::text AS signature,
    ${place}::integer AS place,
    json_build_object(${all.map(([key, value]) => `'${key}', ${value}`)})::text AS text
  FROM ${from}${isManifest && inManifest ? ` AND ${inManifest}` : ''}`
}

/** Conditions on the schemas `n`, relations `c` and types `t` whose facts are read. */
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
  SELECT n.oid, nullif(CASE n.oid WHEN pg_my_temp_schema() THEN 'pg_temp'
      ELSE n.nspname::text END, current_schema()::text) AS name
  FROM pg_namespace n
  WHERE ${schemas} AND NOT pg_is_other_temp_schema(n.oid)
    AND NOT starts_with(n.nspname::text, 'pg_toast')
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

/** Everything that was created after initdb. */
export const everything: Scope = {
  schemas: 'true',
  relations: `c.oid >= ${firstOid}`,
  types: `t.oid >= ${firstOid}`,
}

/** The options of {@link readFacts}. */
export interface FactsOptions {
  /** The schemas, or all that are not PostgreSQL's own; that of the adapter by default. */
  readonly schemas?: readonly string[] | 'all'
  /** The schema that names are relative to; that of the adapter by default. */
  readonly relativeTo?: string
  /** Tables, views and sequences to leave out, by name. */
  readonly except?: readonly string[]
  /** Whether to read the objects of extensions; false by default. */
  readonly withExtensions?: boolean
  /** The kinds of facts to read; all by default. */
  readonly kinds?: readonly string[]
}

/**
 * Reads the facts of schemas that a manifest contains, from one snapshot, in a transaction that is
 * rolled back, and with settings with which all servers print the same definitions.
 */
export async function readFacts(
  queryable: Queryable,
  options: FactsOptions = {},
): Promise<CatalogFact[]> {
  const { schemas = [queryable.schema], relativeTo = queryable.schema } = options
  const { except = [], withExtensions = false, kinds } = options
  const isAsked = ({ kind }: FactSource) => kinds?.some((one) => kind.includes(`'${one}'`)) ?? true
  const sources = objectSources.filter((one) => one.inManifest !== false && isAsked(one))
  const isOwn = (catalog: string, oid: string) =>
    withExtensions ? 'true' : `NOT ${dependsAs('e', catalog, oid)}`
  const scope = {
    schemas: `(n.nspname = ANY ($1)
      OR $1 IS NULL AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')`,
    relations: `c.relname <> ALL ($2) AND ${isOwn('pg_class', 'c.oid')}`,
    types: isOwn('pg_type', 't.oid'),
  }
  return await readAndRollBack(queryable, async (transaction) => {
    // PostgreSQL omits the schema from a definition if it is first in the search path.
    await transaction.query(neutralSql({}, searchPath(relativeTo)))
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

/** With this path, every name is qualified, and no temporary relation hides another one. */
const digestPath = 'pg_catalog, pg_temp'

/**
 * Reads all facts of the catalog of a database that a digest contains. The settings with which they
 * were read stay until the end of the transaction.
 *
 * @param major The version of the server.
 * @param all Which facts, for a part of them.
 */
export async function readAllFacts(
  transaction: Transaction,
  major: number,
  all: readonly FactSource[] = [...objectSources, ...restSources],
): Promise<CatalogFact[]> {
  const plain = plainCatalogsOf(major)
  const rare = [
    ...all.flatMap((source) => source.rare ?? []),
    ...plain.map((name) => `${name} WHERE oid >= ${firstOid}`),
  ]
  // Planning takes longer than running, and most databases have no rare objects.
  const exist = `ARRAY[${rare.map((from) => `EXISTS (SELECT FROM pg_catalog.${from})`)}]`
  const { rows } = await transaction.query<{ exist: boolean[] }>(neutralSql({ exist }))
  const there = new Set(rare.filter((_, index) => rows[0]!.exist[index]))
  const sources = all.filter((one) => one.rare === undefined || there.has(one.rare))
  const used = plain.filter((name) => there.has(`${name} WHERE oid >= ${firstOid}`))
  if (used.length > 0) sources.push(plainSource(used))
  const text = factsSql(sources, everything, { has: 'digest' })
  return toFacts((await transaction.query<FactsAnswer>(text)).rows[0]!.facts)
}

/** Sets the settings that definitions and values depend on, and returns the requested values. */
export function neutralSql(
  asked: Readonly<Record<string, string>> = {},
  path = digestPath,
): string {
  const settings = Object.entries({ search_path: path, ...neutralSettings })
  const calls = settings.map(
    ([name, value]) => `set_config('${name}', ${quoteLiteral(value)}, true)`,
  )
  const items = Object.entries(asked).map(([name, sql]) => `${sql} AS ${name}`)
  return qualify(`SELECT ${[...calls, ...items]}`)
}
