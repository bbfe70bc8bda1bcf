import { readManifest, type SchemaManifest } from '../catalog/index.js'
import { fromPGlite, type Queryable } from '../database/index.js'
import { openHarness } from '../harness/index.js'
import {
  createMigrator,
  type ExpectedSchemas,
  ledgerName,
  type Migration,
} from '../migrations/index.js'
import { embeddedExtensions } from './optional-packages.js'

/** How far migrations are run, and where. */
interface ManifestAtOptions {
  /** The schema that is migrated: names without a schema are in it. */
  readonly schema: string
  /** The newest by default. */
  readonly version?: number
}

/**
 * The manifest after the migrations up to a version, of every schema that they create or use. Runs
 * the migrations on an embedded database.
 */
export async function manifestAt(
  migrations: readonly Migration[],
  { schema, version }: ManifestAtOptions,
): Promise<Required<ExpectedSchemas>> {
  const extensions = await embeddedExtensions(migrations.map(({ up }) => up.text))
  await using harness = await openHarness({ migrations: false, extensions })
  await using db = await harness.createDatabase()
  const database = fromPGlite(db.pglite, { schema })
  const before = await otherSchemas(database)
  const wanted = migrations.filter((one) => version === undefined || one.version <= version)
  await createMigrator(database, { migrations: wanted }).up()
  const except = [ledgerName]
  const others: Record<string, SchemaManifest> = {}
  for (const other of await otherSchemas(database)) {
    // Extensions belong to the database and are part of the manifest of the migrated schema.
    const manifest = {
      ...(await readManifest(database, { schema: other, except })),
      extensions: [],
    }
    const isFilled = Object.values(manifest).some((objects) => objects.length > 0)
    if (isFilled || !before.includes(other)) others[other] = manifest
  }
  return { expected: await readManifest(database, { except }), others }
}

/** All schemas but those of PostgreSQL, of extensions, and the one that is migrated. */
async function otherSchemas(queryable: Queryable): Promise<string[]> {
  const { rows } = await queryable.query<{ name: string }>(
    `SELECT n.nspname::text AS name FROM pg_catalog.pg_namespace n
     WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', $1)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                       WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
                         AND d.objid = n.oid AND d.deptype = 'e')
     ORDER BY n.nspname COLLATE "C"`,
    [queryable.schema],
  )
  return rows.map(({ name }) => name)
}
