import { fromPGlite } from '../database/from-pglite.js'
import { withoutTransactionWhereAlone } from '../harness/migration-folder.js'
import { openHarness } from '../harness/open-harness.js'
import { createMigrator } from '../migrations/create-migrator.js'
import type { Migration } from '../migrations/migration.js'
import { readManifest } from '../migrations/read-manifest.js'
import type { SchemaManifest } from '../schema/manifest.js'
import { embeddedExtensions } from './embedded-extensions.js'

/**
 * What an empty schema is after the migrations up to a version: runs them in an embedded database.
 *
 * @param version The newest by default.
 */
export async function manifestAt(
  migrations: readonly Migration[],
  version?: number,
): Promise<SchemaManifest> {
  const extensions = await embeddedExtensions(migrations.map(({ up }) => up.text))
  await using harness = await openHarness({ migrations: false, extensions })
  await using db = await harness.fork()
  const database = fromPGlite(db.pglite)
  const runner = createMigrator(database, {
    migrations: migrations.map(withoutTransactionWhereAlone),
  })
  await (version === undefined ? runner.up() : runner.to(version))
  return await readManifest(database)
}
