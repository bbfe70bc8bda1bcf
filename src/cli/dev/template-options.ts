import { createHash } from 'node:crypto'
import { type HarnessOptions, readSeedScript, runSeedScript } from '../../harness/index.js'
import { bundledFiles, createMigrator, type MigratorOptions } from '../../migrations/index.js'
import type { DevOptions } from './dev-options.js'
import { seedAgents, seedOwners } from './seed/seed-agents.js'
import { seedChats } from './seed/seed-chats.js'

const weekMs = 7 * 24 * 60 * 60 * 1000

/** What a new database is made from. */
export interface DevTemplate {
  readonly options: HarnessOptions
  /** What it is seeded with, for a person; undefined where with nothing. */
  readonly seeded: string | undefined
}

/**
 * A new database is what a test would begin with: the migrations are run, then the seed, and an
 * image of both is kept, so that only the first one on a machine takes its time; with our own seed
 * the first one of each week does.
 *
 * @param migrator With another project's migrations there is no seed but that of a file.
 * @throws DriftpinError `seed_failed` for a file that cannot be read.
 */
export async function readTemplate(
  { seed }: DevOptions,
  migrator: MigratorOptions,
): Promise<DevTemplate> {
  const { migrations, ledger } = migrator
  const script = seed === undefined || seed === 'none' ? undefined : await readSeedScript(seed)
  const isOurs = seed === undefined && migrations === undefined
  const parts = {
    migrations: migrations ?? bundledFiles,
    ledger,
    seed: script?.text ?? (isOurs ? { seedOwners, seedAgents, seedChats } : undefined),
    // Its times count back from when it is put in: of this week, an hour ago is no month.
    week: isOurs ? Math.floor(Date.now() / weekMs) : undefined,
  }
  const options: HarnessOptions = {
    cacheKey: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
    setup: async (database) => {
      if (process.stderr.isTTY) {
        console.error(
          'Making the first database of this kind, which takes a moment; the next are copies.',
        )
      }
      await createMigrator(database, migrator).up()
      if (script) await runSeedScript(database, script)
      if (!isOurs) return
      // Loaded by the first one on a machine alone.
      const { seedDatabase } = await import('./seed/seed-database.js')
      await seedDatabase(database)
    },
  }
  const owners = Object.keys(seedOwners).length
  const ours = `${owners} owners, ${seedAgents.length} workspaces, ${seedChats.length} chats`
  return { options, seeded: script?.path ?? (isOurs ? ours : undefined) }
}
