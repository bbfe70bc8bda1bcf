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
 * Compares the schema, or schemas, of a live database with what the code was written for, and
 * answers every mismatch, sorted by schema; none for a database that is as it should be.
 *
 * What the host added is no mismatch: tables, types and functions of its own, and everything added
 * to a table of ours that cannot make a statement of ours fail or mean something else. Comments,
 * owners, privileges, storage parameters and the order of columns are not compared. It reads the
 * catalog once per schema, in a transaction that is rolled back.
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

/** Of a schema that is missing, nothing else is told. */
function missingSchema(schema: string): SchemaMismatch {
  const expected = `CREATE SCHEMA ${quoteIdentifier(schema)}`
  return { kind: 'missing', object: `schema ${schema}`, expected, actual: null, why: null }
}

/** How many things are compared: a comparison of nothing proves nothing. */
export function countExpected({ expected = schemaManifest, others = {} }: ExpectedSchemas): number {
  return [expected, ...Object.values(others)].reduce(
    (count, manifest) => count + countCompared(manifest),
    Object.keys(others).length,
  )
}
