import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DriftpinError } from '../../errors.js'
import {
  type EmbeddedHarnessOptions,
  openHarness,
  readSeedScript,
  readTemplateFiles,
  runSeedScript,
} from '../../harness/index.js'
import { bundledFiles, createMigrator, type MigratorOptions } from '../../migrations/index.js'
import { newDatabaseFolder } from '../data-folder.js'
import { warn } from '../terminal.js'
import { seedAgents, seedChats, seedOwners } from './seed-data.js'
import { ServedDatabase } from './served-database.js'

const weekMs = 7 * 24 * 60 * 60 * 1000

/** The content of a new database. */
export interface DevTemplate {
  readonly options: EmbeddedHarnessOptions
  /** The seed, in words for a person; null if there is none. */
  readonly seeded: string | null
}

/**
 * The content of a new database: the migrations, then the seed. The harness keeps an image of it,
 * as for tests, so only the first database on a machine takes long. With driftpin's own seed this
 * is the first of each week.
 *
 * @param seed An SQL file, or `none`. Without it, driftpin's own seed is used.
 * @param migrator With another project's migrations, only a file can be the seed.
 * @throws DriftpinError `seed_failed` if the file cannot be read
 */
export async function readTemplate(
  seed: string | undefined,
  migrator: MigratorOptions,
): Promise<DevTemplate> {
  const { migrations, ledger } = migrator
  const script = seed === undefined || seed === 'none' ? undefined : await readSeedScript(seed)
  const isOurs = seed === undefined && migrations === undefined
  const parts = {
    migrations: migrations ?? bundledFiles,
    ledger,
    seed: script?.text ?? (isOurs ? { seedOwners, seedAgents, seedChats } : undefined),
    // The times in driftpin's own seed are relative to now. An older image would look outdated.
    week: isOurs ? Math.floor(Date.now() / weekMs) : undefined,
  }
  const options: EmbeddedHarnessOptions = {
    cacheKey: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
    setup: async (database) => {
      if (process.stderr.isTTY) {
        warn('Creating the first database of this kind. Later ones are copies and start faster.')
      }
      await createMigrator(database, migrator).up()
      if (script) await runSeedScript(database, script)
      if (!isOurs) return
      // Loaded late, because a database that is copied from an image does not need it.
      const { seedDatabase } = await import('./seed-database.js')
      await seedDatabase(database)
    },
  }
  const owners = Object.keys(seedOwners).length
  const ours = `${owners} owners, ${seedAgents.length} workspaces, ${seedChats.length} chats`
  return { options, seeded: script?.path ?? (isOurs ? ours : null) }
}

/** Creates a database beside its later place, even if its image cannot be cached. */
export function newFolderDatabase(
  folder: string,
  options: EmbeddedHarnessOptions,
): Promise<string> {
  return orWithoutCache(options, (template) => createDatabase(folder, template))
}

/** Creates a database in memory, which is gone when it is closed. */
export function newMemoryDatabase(options: EmbeddedHarnessOptions): ServedDatabase {
  return new ServedDatabase(null, () =>
    orWithoutCache(options, async (template) => {
      const harness = await openHarness(template)
      const database = await harness.createDatabase()
      const { pglite } = database
      return { pglite, database, lastWords: () => undefined, close: () => harness.close() }
    }),
  )
}

/** Tries again without the cache if the cache cannot be written. */
async function orWithoutCache<T>(
  options: EmbeddedHarnessOptions,
  make: (options: EmbeddedHarnessOptions) => Promise<T>,
): Promise<T> {
  try {
    return await make(options).catch((error) => {
      if (!(error instanceof DriftpinError) || error.code !== 'cache_unwritable') throw error
      const { cacheKey: _, ...rest } = options
      return make({ ...rest, cacheDirectory: false })
    })
  } catch (error) {
    // The setup function is driftpin's own. Its cause is the error that the user can fix.
    const isOurs = error instanceof DriftpinError && error.code === 'setup_failed'
    throw isOurs && error.cause instanceof Error ? error.cause : error
  }
}

/**
 * Writes a database from the image of these options.
 *
 * @returns Its folder. If this fails, {@link settleDatabase} deletes what was written.
 */
async function createDatabase(folder: string, options: EmbeddedHarnessOptions): Promise<string> {
  const files = await readTemplateFiles(options)
  const made = newDatabaseFolder(folder)
  mkdirSync(made, { mode: 0o700 })
  // For a thousand small files, synchronous calls take a third of the time of promises.
  for (const { path, contents } of files) {
    if (contents) writeFileSync(join(made, path), contents, { mode: 0o600 })
    else mkdirSync(join(made, path), { mode: 0o700 })
  }
  return made
}
