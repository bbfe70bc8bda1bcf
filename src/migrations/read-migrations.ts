import { DriftpinError, messageOf } from '../errors.js'
import type { Migration } from './migration.js'
import { type MigrationFile, parseMigrations } from './parse-migrations.js'

/**
 * Reads a folder of SQL pairs, `000001_create_users.up.sql` and `000001_create_users.down.sql`,
 * for {@link createMigrator}. Files that do not end in `.sql` are left alone. A file whose only
 * statement PostgreSQL refuses in a transaction, such as CREATE INDEX CONCURRENTLY, runs without
 * one, and so does any other of one statement whose first line is `-- driftpin: no transaction`.
 *
 * @param options.forwardOnly Allows migrations without a down file; false by default.
 * @throws DriftpinError `migrations_unreadable` when the folder cannot be read or has no
 * migration, `migration_invalid`, `migration_duplicate` or `migration_incomplete` for its files.
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

/**
 * The SQL files of a folder, as they are.
 *
 * @throws DriftpinError `migrations_unreadable`
 */
export async function readMigrationFiles(directory: string): Promise<MigrationFile[]> {
  const fs = fileSystem(directory)
  const failed = (error: unknown, file = '') =>
    unreadable(directory, file + messageOf(error), error)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const read = async (file: string): Promise<MigrationFile> => {
    try {
      return { file, text: decoder.decode(await fs.readFile(`${directory}/${file}`)) }
    } catch (error) {
      throw failed(error, `${file}: `)
    }
  }
  const names = await fs.readdir(directory).catch((error) => {
    throw failed(error)
  })
  const files = await Promise.all(names.filter((name) => name.endsWith('.sql')).map(read))
  if (files.length === 0) throw unreadable(directory, 'no file in it ends in .sql', { directory })
  return files
}

/**
 * The files of this machine. Loaded at run time, so that a backend without a file system can import
 * this folder.
 *
 * @throws DriftpinError `migrations_unreadable` where there is no file system.
 */
export function fileSystem(directory: string) {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (fs) return fs
  throw unreadable(directory, 'this runtime has no file system', undefined)
}

function unreadable(directory: string, why: string, cause: unknown): DriftpinError {
  return new DriftpinError(
    'migrations_unreadable',
    `The migrations in ${directory} cannot be read: ${why}. ` +
      'Name a folder of pairs such as 000001_create_users.up.sql and .down.sql.',
    cause ?? { directory },
  )
}
