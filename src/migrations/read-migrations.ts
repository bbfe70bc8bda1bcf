import type { Migration } from './migration.js'
import { readMigrationFiles } from './migration-folder-files.js'
import { parseMigrations } from './parse-migrations.js'

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
  return parseMigrations(await readMigrationFiles(directory), options)
}
