import type { Queryable } from '../database/index.js'
import { type CatalogFact, factsByTitle, groupBy } from './facts.js'
import type {
  ManifestColumn,
  ManifestComposite,
  ManifestConstraint,
  ManifestDomain,
  ManifestFunction,
  ManifestTable,
  ManifestView,
  SchemaManifest,
} from './manifest.js'
import { type FactsOptions, readFacts } from './read-facts.js'

/**
 * Reads the manifest of a schema in a transaction that is rolled back.
 *
 * @param options.except Tables that are not part of the schema, such as a ledger.
 * @param options.schema The schema; that of the database's adapter by default.
 * @param options.withOthers Whether to read all other schemas as well, except those of PostgreSQL.
 * Their names are written as `schema.name`. False by default.
 */
export async function readManifest(
  queryable: Queryable,
  options: {
    readonly except?: readonly string[]
    readonly schema?: string
    readonly withOthers?: boolean
  } = {},
): Promise<SchemaManifest> {
  const { except = [], schema = queryable.schema, withOthers = false } = options
  const schemas = withOthers ? 'all' : [schema]
  return manifestOf(await readFacts(queryable, { except, schemas, relativeTo: schema }))
}

/** The tables of a schema and its enum types, as a manifest has them. */
export type Catalog = Pick<SchemaManifest, 'tables' | 'enums'>

/**
 * Reads the part of a manifest that is needed to write rows, in a transaction that is rolled back.
 * Names outside the schema that names are relative to are written as `schema.name`.
 *
 * @example
 * ```ts
 * const { tables } = await readCatalog(database)
 * for (const table of tables) console.log(table.name, table.comment)
 * ```
 */
export async function readCatalog(
  queryable: Queryable,
  options: Omit<FactsOptions, 'kinds'> = {},
): Promise<Catalog> {
  const parts = ['column', 'constraint', 'index', 'trigger', 'policy', 'rule']
  const kinds = ['table', ...parts, 'enum', 'comment']
  const { tables, enums } = manifestOf(await readFacts(queryable, { ...options, kinds }))
  return { tables, enums }
}

/** Facts as a manifest. */
function manifestOf(facts: readonly CatalogFact[]): SchemaManifest {
  const byTitle = factsByTitle(facts)
  const byKind = groupBy(
    facts.toSorted(inOrder),
    ({ kind, schema, table }) => `${kind} ${table === null ? '' : qualified(schema, table)}`,
  )
  // The attributes of the sources have the names of the members of the manifest.
  const toPiece = ({ name, title, text }: CatalogFact) => {
    const comment = byTitle.get(`comment on ${title}`)?.text ?? '{"comment":""}'
    return { name, ...JSON.parse(text), ...JSON.parse(comment) }
  }
  const pieces = <T extends object>(kind: string, more?: (fact: CatalogFact) => Partial<T>): T[] =>
    (byKind.get(`${kind} `) ?? []).map((fact) => ({
      ...toPiece(fact),
      name: qualified(fact.schema, fact.name),
      ...more?.(fact),
    }))
  const partsOf = <T>(kind: string, { schema, name }: CatalogFact): T[] =>
    (byKind.get(`${kind} ${qualified(schema, name)}`) ?? []).map(toPiece)
  const typesOf = (fact: CatalogFact) =>
    partsOf<ManifestColumn>('column', fact).map(({ name, type }) => ({ name, type }))
  const views = (kind: string) =>
    pieces<ManifestView>(kind, (fact) => ({
      columns: typesOf(fact),
      indexes: partsOf('index', fact),
      triggers: partsOf('trigger', fact),
    }))
  const functions = (kind: ManifestFunction['kind']) =>
    pieces<ManifestFunction>(kind, ({ signature, text }) => {
      // PostgreSQL qualifies the name whatever the search path.
      const definition: string = JSON.parse(text).definition.replace(
        /^(CREATE OR REPLACE [A-Z]+ )("(?:[^"]|"")*"|[^".]+)\./,
        '$1',
      )
      return { definition, arguments: signature!, kind }
    })
  return {
    tables: pieces<ManifestTable>('table', (fact) => ({
      columns: partsOf('column', fact),
      constraints: partsOf('constraint', fact),
      indexes: partsOf('index', fact),
      triggers: partsOf('trigger', fact),
      policies: partsOf('policy', fact),
      rules: partsOf('rule', fact),
    })),
    views: [...views('view'), ...views('materialized view')].sort(byName),
    sequences: pieces('sequence'),
    enums: pieces('enum'),
    domains: pieces<ManifestDomain>('domain', (fact) => ({
      constraints: partsOf<ManifestConstraint>('constraint', fact).map(
        ({ name, definition, comment }) => ({ name, definition, comment }),
      ),
    })),
    composites: pieces<ManifestComposite>('composite type', (fact) => ({
      attributes: typesOf(fact),
    })),
    ranges: pieces('range type'),
    functions: [
      ...(['function', 'procedure', 'aggregate', 'window function'] as const).flatMap(functions),
    ].sort(byName),
    extensions: pieces<{ name: string }>('extension').map(({ name }) => name),
  }
}

const qualified = (schema: string | null, name: string) =>
  schema === null ? name : `${schema}.${name}`

const byName = (one: { readonly name: string }, other: { readonly name: string }) =>
  one.name < other.name ? -1 : Number(one.name > other.name)

/** Columns by their numbers, everything else by name. */
function inOrder(one: CatalogFact, other: CatalogFact): number {
  return (
    one.place - other.place ||
    byName(one, other) ||
    byName({ name: one.signature ?? '' }, { name: other.signature ?? '' })
  )
}
