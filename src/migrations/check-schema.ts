import {
  compareManifests,
  countCompared,
  readManifest,
  type SchemaManifest,
  type SchemaMismatch,
} from '../catalog/index.js'
import { type Queryable, quoteIdentifier } from '../database/index.js'
import { schemaManifest } from '../schema/index.js'
import { ledgerName } from './ledger.js'

/** See {@link checkSchema}. */
export interface ExpectedSchemas {
  readonly expected?: SchemaManifest
  readonly others?: Readonly<Record<string, SchemaManifest>>
}

/**
 * Compares the schema, or schemas, of a live database with those that the code was written for,
 * and returns every mismatch, sorted by schema.
 *
 * Objects that the host added are not mismatches: its own tables, types and functions, and
 * additions to driftpin's tables that cannot make a statement of driftpin fail or mean something
 * else. Comments, owners, privileges, storage parameters and the order of columns are not compared.
 * It reads the catalog once per schema, in a transaction that is rolled back.
 *
 * @param options.expected What the schema of the adapter should contain; driftpin's own newest
 * schema by default.
 * @param options.others What other schemas of the same database should contain, by their names;
 * none by default.
 *
 * @example
 * ```ts
 * for (const { kind, object } of await checkSchema(database)) console.warn(object, kind)
 * ```
 */
export async function checkSchema(
  queryable: Queryable,
  options: ExpectedSchemas = {},
): Promise<SchemaMismatch[]> {
  const { expected = schemaManifest, others = {} } = options
  const { rows } = await queryable.query<{ major: number; schemas: string[] }>(
    `SELECT pg_catalog.current_setting('server_version_num')::integer / 10000 AS major,
            (SELECT pg_catalog.array_agg(nspname::text) FROM pg_catalog.pg_namespace) AS schemas`,
  )
  const { major, schemas } = rows[0]!
  const compare = async (manifest: SchemaManifest, schema: string) => {
    const actual = await readManifest(queryable, { schema, except: [ledgerName] })
    return compareManifests(manifest, actual, { printsQualifiers: major < 16 })
  }
  const mismatches = await compare(expected, queryable.schema)
  for (const [schema, other] of Object.entries(others)) {
    if (!schemas.includes(schema)) {
      mismatches.push(missingSchema(schema))
      continue
    }
    for (const { object, ...mismatch } of await compare(other, schema)) {
      mismatches.push({ ...mismatch, object: `${object} in the schema ${schema}` })
    }
  }
  return mismatches
}

/** A missing schema is one mismatch. */
function missingSchema(schema: string): SchemaMismatch {
  const expected = `CREATE SCHEMA ${quoteIdentifier(schema)}`
  return { kind: 'missing', object: `schema ${schema}`, expected, actual: null, why: null }
}

/** The number of objects that are compared. A comparison of no objects proves nothing. */
export function countExpected({ expected = schemaManifest, others = {} }: ExpectedSchemas): number {
  return [expected, ...Object.values(others)].reduce(
    (count, manifest) => count + countCompared(manifest),
    Object.keys(others).length,
  )
}
