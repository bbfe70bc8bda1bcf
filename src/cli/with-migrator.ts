import { Command } from 'commander'
import { createMigrator, type Migrator, type MigratorOptions } from '../migrations/index.js'
import { databaseFolderOf } from './data-folder.js'
import {
  type Absent,
  type DatabaseOptions,
  databaseOptions,
  rememberedBy,
  withDatabase,
} from './open-database.js'
import {
  type MigrationFlags,
  type MigrationSource,
  migrationSource,
  readSource,
  writeRemembered,
} from './remembered-migrations.js'

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

/** Which migrations the options mean, and those themselves. */
export interface ChosenMigrations {
  readonly source: MigrationSource
  /** What the database of the options was made with, where that is known. */
  readonly remembered: MigrationSource | undefined
  readonly migrator: MigratorOptions
}

/**
 * Reads the migrations that a command works with: those that its options name, otherwise those
 * that the embedded database was made with, otherwise driftpin's own.
 */
export async function readChosen(
  options: DatabaseOptions & MigrationFlags,
): Promise<ChosenMigrations> {
  const remembered = await rememberedBy(options)
  const source = migrationSource(options, remembered)
  return { source, remembered, migrator: await readSource(source, remembered) }
}

/** Opens what the options name, for as long as the callback runs. */
export async function withMigrator<T>(
  options: MigrateOptions,
  absent: Absent,
  work: (migrator: Migrator) => Promise<T>,
  more: MigratorOptions = {},
): Promise<T> {
  const { source, migrator } = await readChosen(options)
  return await withDatabase(options, absent, async (opened, { folder, isNew }) => {
    if (folder !== undefined && isNew && options.schema === 'public') {
      await writeRemembered(await databaseFolderOf(folder), folder, source)
    }
    return await work(createMigrator(opened, { ...more, ...migrator }))
  })
}
