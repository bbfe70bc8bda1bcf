import { type Database, sha256, splitStatements } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { createMigrator } from './create-migrator.js'
import type { MigrationScript } from './migration.js'
import { findMigrationFiles, type MigrationTool } from './migration-folder-files.js'
import type { MigrationFile } from './parse-migrations.js'
import { parsePairs } from './read-migrations.js'
import { runMigrationFiles } from './run-migration-files.js'

/** A folder of migrations as it was read. What happens to the files afterwards does not matter. */
export interface MigrationFolder {
  readonly tool: MigrationTool
  /**
   * sha256 in hexadecimal over the names, texts and order of the files that are run. Line endings
   * do not count. Down files of pairs count, because the checksums in the ledger cover them.
   */
  readonly hash: string
  /**
   * Runs all migrations on an empty database. Pairs create the ledger of {@link createMigrator};
   * the ledgers of other tools are not created.
   *
   * @throws DriftpinError `migration_failed` with the file, the tool, and PostgreSQL's error as
   * the cause. What ran before the failing migration stays.
   */
  apply(database: Database): Promise<void>
}

/**
 * Reads the SQL migrations of any project. The content of the folder shows for which tool they were
 * written, and in which order that tool would run them.
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
  const { tool, files } = await findMigrationFiles(directory)
  const folder = async (
    hashed: readonly MigrationFile[],
    run: (database: Database) => Promise<unknown>,
  ): Promise<MigrationFolder> => ({
    tool,
    hash: await hashOf(tool, hashed),
    apply: (database) => namingFolder(directory, tool, () => run(database)),
  })
  if (tool === 'pairs') {
    const migrations = parsePairs(files)
    const scripts = migrations.flatMap(({ up, down }) => (down ? [up, down] : [up]))
    return await folder(scripts, (database) => createMigrator(database, { migrations }).up())
  }
  const sections = files.map(tool === 'forward-only' ? upSection : wholeFile)
  return await folder(files, (database) => runMigrationFiles(database, sections))
}

/**
 * Replaces Drizzle's separator of statements by a semicolon and spaces of the same length, so that
 * messages have the positions of the file.
 */
function wholeFile({ file, text }: MigrationFile): MigrationScript {
  const mark = '--> statement-breakpoint'
  return { file, text: text.replaceAll(mark, ';'.padEnd(mark.length)), transaction: true }
}

async function hashOf(tool: MigrationTool, files: readonly MigrationFile[]): Promise<string> {
  // As JSON, so that names and texts are separated unambiguously.
  const parts = JSON.stringify([tool, ...files.map(({ file, text }) => [file, text])])
  return Buffer.from(await sha256(parts)).toString('hex')
}

async function namingFolder(
  directory: string,
  tool: MigrationTool,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof DriftpinError) || error.code !== 'migration_failed') throw error
    const message = `The migrations in ${directory} (${tool}): ${error.message}`
    throw new DriftpinError('migration_failed', message, error.cause)
  }
}

/** dbmate; goose and sql-migrate; node-pg-migrate. */
const up = /^\s*--[\s-]*(?:migrate:up\b|\+(?:goose|migrate)\s+up\b|up\s+migration\s*$)/i
/** The same, and tern, which marks only where the down section begins. */
const down =
  /^\s*--[\s-]*(?:(?:migrate:|\+(?:goose|migrate)\s+)down\b|down +migration\s*$|create above \/)/i
const noTransaction =
  /^--\s*(?:migrate:up\b.*\btransaction: *false|\+goose\s+no +trans|\+migrate\s+up +notrans)/im

/**
 * The up section of a file, or the whole file if it has no sections. Other lines become empty, so
 * that messages have the line numbers of the file.
 *
 * @throws DriftpinError `migration_invalid` for statements before the up section.
 */
function upSection({ file, text }: MigrationFile): MigrationScript {
  const lines = text.split('\n')
  const marked = lines.some((line) => up.test(line))
  let section: 'front' | 'up' | 'down' = marked ? 'front' : 'up'
  const kept: string[] = []
  const front: string[] = []
  for (const line of lines) {
    if (up.test(line)) section = 'up'
    else if (down.test(line)) section = 'down'
    if (section === 'front') front.push(line)
    kept.push(section === 'up' ? line : '')
  }
  const stray = splitStatements(front.join('\n'))[0]
  if (stray) {
    throw new DriftpinError(
      'migration_invalid',
      `${file} has a statement in front of its up section, which no tool would run. Move it ` +
        'below the line that begins the section.',
      { file, statement: stray.text },
    )
  }
  return { file, text: kept.join('\n'), transaction: !noTransaction.test(text) }
}
