import { Command } from 'commander'
import {
  createMigrator,
  type Migration,
  type Migrator,
  type MigratorOptions,
  readMigrations,
} from '../migrations/index.js'
import {
  type Absent,
  type DatabaseOptions,
  databaseOptions,
  withDatabase,
} from './open-database.js'

/** Which migrations a command works with. */
export interface FolderOptions {
  readonly migrations?: string
  readonly forwardOnly?: boolean
}

/** What a command that has a migrator is told. */
export interface MigrateOptions extends DatabaseOptions, FolderOptions {
  readonly ledger?: string
  readonly json?: boolean
}

/** Adds the options of {@link FolderOptions} to a command. */
export function folderOptions(command: Command): Command {
  return command
    .option('--migrations <dir>', "a folder of SQL pairs, instead of driftpin's own migrations")
    .option('--forward-only', 'the folder has no down files')
}

/** A command with the options of {@link MigrateOptions}. */
export function migratorCommand(name: string, description: string): Command {
  return folderOptions(databaseOptions(new Command(name).description(description)))
    .option('--ledger <table>', 'the name of the ledger table; driftpin_migrations by default')
    .option('--json', 'print JSON')
}

/** The migrations of the folder, if one is named. */
export async function readFolder(options: FolderOptions): Promise<Migration[] | undefined> {
  const { migrations, forwardOnly } = options
  return migrations === undefined
    ? undefined
    : await readMigrations(migrations, { forwardOnly: !!forwardOnly })
}

/** Opens what the options name, for as long as the callback runs. */
export async function withMigrator<T>(
  options: MigrateOptions,
  absent: Absent,
  work: (migrator: Migrator) => Promise<T>,
  more: MigratorOptions = {},
): Promise<T> {
  const { ledger } = options
  const migrations = await readFolder(options)
  return await withDatabase(options, absent, (opened) =>
    work(
      createMigrator(opened, {
        ...more,
        ...(migrations && { migrations }),
        ...(ledger && { ledger }),
      }),
    ),
  )
}
