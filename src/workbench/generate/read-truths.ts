import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromPGlite } from '../../database/index.js'
import { openHarness } from '../../harness/index.js'
import { ledgerName, readManifest } from '../../migrations/index.js'
import type { Extensions } from '../../pglite/index.js'
import type { SchemaManifest } from '../../schema/index.js'
import { dumpSchema } from '../dump-schema.js'
import { embeddedExtensions } from '../embedded-extensions.js'

/**
 * Where truths are read from.
 *
 * @example
 * ```ts
 * const source: TruthSource = { migrations: './db/migrations', schema: 'shop' }
 * await writeGenerated('src/schema', await generateTruths(source))
 * ```
 */
export interface TruthSource {
  /** A folder of migrations; driftpin's own by default. */
  readonly migrations?: string
  /** The schema that the manifest is of; `public` by default. */
  readonly schema?: string
  /** PGlite's extensions by name. Those that it brings along are found by themselves. */
  readonly extensions?: Extensions
}

/** What a database is after all migrations. */
export interface Truths {
  readonly manifest: SchemaManifest
  /** The whole database as pg_dump has it, where that was asked for. */
  readonly dump: string | undefined
}

/** Migrates an embedded database with a folder, and reads what there is then. */
export async function readTruths(
  { migrations, schema = 'public', extensions }: TruthSource,
  { withDump }: { readonly withDump: boolean },
): Promise<Truths> {
  const found = migrations === undefined ? {} : await extensionsOf(migrations)
  await using harness = await openHarness({
    ...(migrations !== undefined && { migrations }),
    extensions: { ...found, ...extensions },
  })
  await using db = await harness.createDatabase()
  const manifest = await readManifest(fromPGlite(db.pglite, { schema }))
  const dump = withDump ? await dumpSchema(db.pglite, { except: [ledgerName] }) : undefined
  return { manifest, dump }
}

/** A folder that cannot be read is told by whoever reads it in earnest. */
async function extensionsOf(folder: string): Promise<Extensions> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const scripts = names.filter((name) => name.endsWith('.sql'))
  const texts = scripts.map((name) => readFile(join(folder, name), 'utf8').catch(() => ''))
  return await embeddedExtensions(await Promise.all(texts))
}
