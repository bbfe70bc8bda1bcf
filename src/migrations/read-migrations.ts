import { DriftpinError } from '../errors.js'
import { findLeftOut, listFolder, readFiles, refuseLeftOut, scriptsIn } from './folder-files.js'
import type { Migration } from './migration.js'
import { type MigrationFile, parseMigrations } from './parse-migrations.js'

/**
 * Reads a folder of SQL pairs, `000001_create_users.up.sql` and `000001_create_users.down.sql`,
 * for {@link createMigrator}. A file whose only statement PostgreSQL refuses in a transaction, such
 * as CREATE INDEX CONCURRENTLY, runs without one, and so does any other file of one statement whose
 * first line is `-- driftpin: no transaction`.
 *
 * Files that do not end in `.sql` are ignored, but a folder of which only a part would be read is
 * refused: one that also has migrations in code, or scripts in subfolders other than `fixtures`,
 * `seed` and `seeds`.
 *
 * @param options.forwardOnly Allows migrations without a down file; false by default.
 * @throws DriftpinError `migrations_unreadable` when the folder cannot be read, has no migration,
 * or would be read only in part; `migration_invalid`, `migration_duplicate` or
 * `migration_incomplete` for its files.
 *
 * @example
 * ```ts
 * const migrations = await readMigrations('./db/migrations')
 * await createMigrator(database, { migrations, ledger: 'app_migrations' }).up()
 * ```
 */
export async function readMigrations(
  directory: string,
  options: { readonly forwardOnly?: boolean } = {},
): Promise<Migration[]> {
  return parseMigrations(await readPairFiles(directory), options)
}

/**
 * Combines files to migrations. A folder without any down file counts as forward-only, but half a
 * pair among pairs is a mistake.
 *
 * @throws DriftpinError what {@link parseMigrations} throws.
 */
export function parsePairs(
  files: readonly MigrationFile[],
  { forwardOnly = false }: { readonly forwardOnly?: boolean } = {},
): Migration[] {
  const isForward = forwardOnly || !files.some(({ file }) => file.endsWith('.down.sql'))
  return parseMigrations(files, { forwardOnly: isForward })
}

/**
 * The SQL files of a folder of pairs.
 *
 * @throws DriftpinError `migrations_unreadable`
 */
export async function readPairFiles(directory: string): Promise<MigrationFile[]> {
  const unreadable = (why: string, cause: unknown) =>
    new DriftpinError(
      'migrations_unreadable',
      `The migrations in ${directory} cannot be read: ${why}. ` +
        'Name a folder of pairs such as 000001_create_users.up.sql and .down.sql.',
      cause,
    )
  const paths = await listFolder(directory, unreadable)
  const scripts = scriptsIn(paths)
  if (scripts.length === 0) throw unreadable('no file in it ends in .sql', { directory })
  refuseLeftOut(directory, 'pairs', findLeftOut(paths))
  return await readFiles(directory, scripts, unreadable)
}
