import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type EmbeddedTestDatabase, openHarness } from '../../harness/index.js'
import type { Extensions } from '../../pglite/index.js'
import { embeddedExtensions } from '../optional-packages.js'

/** The migrations of a database. */
export interface MigrationSource {
  /** A folder of migrations; driftpin's own by default. */
  readonly migrations?: string
  /** PGlite's extensions by name. Those that it brings along are found by themselves. */
  readonly extensions?: Extensions
}

/** Calls a function with an embedded database that was migrated with a folder, and closes it. */
export async function withMigrated<Result>(
  { migrations, extensions }: MigrationSource,
  use: (db: EmbeddedTestDatabase) => Promise<Result>,
): Promise<Result> {
  const found = migrations === undefined ? {} : await extensionsOf(migrations)
  await using harness = await openHarness({
    migrations,
    extensions: { ...found, ...extensions },
  })
  await using db = await harness.createDatabase()
  return await use(db)
}

/** If the folder cannot be read, a later step reports it. */
async function extensionsOf(folder: string): Promise<Extensions> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const scripts = names.filter((name) => name.endsWith('.sql'))
  const texts = scripts.map((name) => readFile(join(folder, name), 'utf8').catch(() => ''))
  return await embeddedExtensions(await Promise.all(texts))
}
