import { neutralSettings, type Queryable, readAndRollBack, searchPath } from '../database/index.js'
import type {
  ManifestComposite,
  ManifestDomain,
  ManifestEnum,
  ManifestFunction,
  ManifestSequence,
  ManifestTable,
  ManifestView,
  SchemaManifest,
} from '../schema/index.js'
import { ledgerName } from './ledger.js'
import {
  compositesSql,
  domainsSql,
  enumsSql,
  extensionsSql,
  functionsSql,
  rangesSql,
  sequencesSql,
} from './manifest-objects-sql.js'
import { tablesSql, viewsSql } from './manifest-tables-sql.js'

const settingsSql = `SELECT pg_catalog.set_config('search_path', $1, true), ${Object.entries(
  neutralSettings,
)
  .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
  .join(', ')}`

type RowsOf = <Row>(sql: string, ...values: readonly unknown[]) => Promise<Row[]>

/**
 * Asks for what is in a schema, of one moment and in a transaction that is rolled back, with
 * settings that make every server print a definition alike.
 */
export async function readingSchema<T>(
  queryable: Queryable,
  schema: string,
  read: (rowsOf: RowsOf) => Promise<T>,
): Promise<T> {
  return await readAndRollBack(queryable, async (transaction) => {
    // PostgreSQL leaves the schema out of a definition when it is the one that is searched.
    await transaction.query(settingsSql, [searchPath(schema)])
    return await read(
      async <Row>(sql: string, ...values: readonly unknown[]) =>
        (await transaction.query<Row>(sql, values)).rows,
    )
  })
}

/**
 * Reads all that the schema of a database consists of, see {@link SchemaManifest}, in a
 * transaction that is rolled back.
 *
 * @param options.except Tables that are not part of the schema; the ledger by default.
 * @param options.schema Another schema than that of the database's adapter.
 */
export async function readManifest(
  queryable: Queryable,
  {
    except = [ledgerName],
    schema = queryable.schema,
  }: { readonly except?: readonly string[]; readonly schema?: string } = {},
): Promise<SchemaManifest> {
  return await readingSchema(queryable, schema, async (rowsOf) => ({
    tables: await rowsOf<ManifestTable>(tablesSql, schema, except),
    views: await rowsOf<ManifestView>(viewsSql, schema, except),
    sequences: await rowsOf<ManifestSequence>(sequencesSql, schema, except),
    enums: await rowsOf<ManifestEnum>(enumsSql, schema),
    domains: await rowsOf<ManifestDomain>(domainsSql, schema),
    composites: await rowsOf<ManifestComposite>(compositesSql, schema),
    ranges: await rowsOf<SchemaManifest['ranges'][number]>(rangesSql, schema),
    functions: await rowsOf<ManifestFunction>(functionsSql, schema),
    extensions: (await rowsOf<{ name: string }>(extensionsSql)).map(({ name }) => name),
  }))
}
