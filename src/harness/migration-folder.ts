import { createHash } from 'node:crypto'
import type { Database } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { createMigrator, type Migration, readMigrations } from '../migrations/index.js'
import {
  assertWholeFolder,
  type FolderFiles,
  findMigrationFiles,
} from './migration-folder-files.js'
import { runMigrationFiles } from './run-migration-files.js'
import { upSection } from './up-section.js'

/** Whose manners a folder of migrations has; `forward-only` is any folder of plain SQL files. */
export type MigrationTool = 'pairs' | 'forward-only' | 'prisma' | 'drizzle'

/** A folder of migrations as it was read. What happens to the files afterwards does not matter. */
export interface MigrationFolder {
  readonly tool: MigrationTool
  /**
   * sha256 in hexadecimal. Changes whenever a name or a text of a file that is run changes, or
   * their order; how lines end does not count. Down files of pairs count too, because the
   * checksums that the ledger keeps cover them.
   */
  readonly hash: string
  /**
   * Runs all of them on an empty database. Pairs leave the ledger of {@link createMigrator};
   * the other tools' own ledgers are not imitated.
   *
   * @throws DriftpinError `migration_failed` with the file, the tool, and PostgreSQL's error as
   * the cause. What ran before the failing migration stays.
   */
  apply(database: Database): Promise<void>
}

/**
 * Reads the migrations of any project whose migrations are SQL: it looks into the folder to see
 * which tool they were written for, and in which order that tool would run them.
 *
 * - `pairs`: `000001_create_users.up.sql` and `.down.sql`, or only the former.
 * - `prisma`: a `migration.sql` in each subfolder, in the order of the folders' names.
 * - `drizzle`: what `meta/_journal.json` lists, or the subfolders of drizzle-kit 1.0.
 * - `forward-only`: `.sql` files in the order of their numbers, as of Flyway, Supabase, dbmate and
 *   goose. Of a file with an up and a down section the up section is run.
 *
 * A folder of which only a part can be run is refused: one that also has migrations in code, or
 * scripts in subfolders other than `fixtures`, `seed` and `seeds`.
 *
 * @throws DriftpinError `migrations_unreadable` when there is nothing to run, when a part would be
 * left out, or when it cannot be read; for pairs, what {@link readMigrations} throws;
 * `migration_invalid` for statements in front of the up section.
 *
 * @example
 * ```ts
 * const folder = await readMigrationFolder('./prisma/migrations')
 * await folder.apply(fromPGlite(pglite))
 * ```
 */
export async function readMigrationFolder(directory: string): Promise<MigrationFolder> {
  const found = await findMigrationFiles(directory)
  return found.tool === 'pairs' ? await pairsFolder(directory) : foreignFolder(directory, found)
}

async function pairsFolder(directory: string): Promise<MigrationFolder> {
  const migrations = await readPairsOrUps(directory)
  const files = migrations.flatMap(({ up, down }) => (down ? [up, down] : [up]))
  return {
    tool: 'pairs',
    hash: hashOf('pairs', files),
    apply: (database) =>
      namingFolder(directory, 'pairs', async () => {
        await createMigrator(database, { migrations }).up()
      }),
  }
}

/** Reads pairs, or ups alone, as any runner of such folders would run them. */
export async function readPairs(
  directory: string,
  { forwardOnly }: { readonly forwardOnly: boolean },
): Promise<Migration[]> {
  await assertWholeFolder(directory)
  if (forwardOnly) return await readMigrations(directory, { forwardOnly })
  return await readPairsOrUps(directory)
}

async function readPairsOrUps(directory: string): Promise<Migration[]> {
  const migrations = await readMigrations(directory, { forwardOnly: true })
  // Half a pair among whole ones is a mistake, and has its own words in there.
  if (migrations.some(({ down }) => down)) return await readMigrations(directory)
  return migrations
}

function foreignFolder(directory: string, { tool, files }: FolderFiles): MigrationFolder {
  const sections = tool === 'forward-only' ? files.map(upSection) : files.map(wholeFile)
  return {
    tool,
    hash: hashOf(tool, files),
    apply: (database) => namingFolder(directory, tool, () => runMigrationFiles(database, sections)),
  }
}

/**
 * Drizzle's mark between statements becomes a semicolon, which it may stand instead of; of the
 * same length, so that the lines in messages are those of the file. Elsewhere it is a comment.
 */
function wholeFile({ file, text }: { readonly file: string; readonly text: string }) {
  const mark = '--> statement-breakpoint'
  return { file, text: text.replaceAll(mark, ';'.padEnd(mark.length)), transaction: true }
}

function hashOf(
  tool: MigrationTool,
  files: readonly { readonly file: string; readonly text: string }[],
): string {
  // As JSON, so that no end of a name can be taken for the beginning of a text.
  const parts = JSON.stringify([tool, ...files.map(({ file, text }) => [file, text])])
  return createHash('sha256').update(parts).digest('hex')
}

async function namingFolder(
  directory: string,
  tool: MigrationTool,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof DriftpinError) || error.code !== 'migration_failed') throw error
    const message = `The migrations in ${directory} (${tool}): ${error.message}`
    throw new DriftpinError('migration_failed', message, error.cause)
  }
}
