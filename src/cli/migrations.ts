import { readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Command, OptionValues } from '@commander-js/extra-typings'
import { DriftpinError } from '../errors.js'
import {
  createMigrator,
  ledgerName,
  type Migrator,
  type MigratorOptions,
  readMigrations,
} from '../migrations/index.js'
import { databaseFolderOf, dataFolderOf, oldName } from './data-folder.js'
import {
  type DatabaseOptions,
  databaseOptions,
  type IfMissing,
  withDatabase,
} from './open-database.js'
import { shownPath } from './terminal.js'

/** The options that name migrations and their ledger. */
export interface MigrationFlags {
  readonly migrations?: string
  readonly forwardOnly?: boolean
  readonly ledger?: string
}

/** The options of a command that works with a migrator. */
export interface MigrateOptions extends DatabaseOptions, MigrationFlags {}

/**
 * Adds the options that name a folder of migrations to a command.
 *
 * @internal The declaration of the type that commander infers takes megabytes.
 */
export function folderOptions<A extends unknown[], O extends OptionValues>(command: Command<A, O>) {
  return command
    .option('--migrations <dir>', "a folder of SQL pairs, instead of driftpin's own migrations")
    .option('--forward-only', 'the folder has no down files')
}

/**
 * Adds the options of {@link MigrationFlags} to a command.
 *
 * @internal The declaration of the type that commander infers takes megabytes.
 */
export function migrationOptions<A extends unknown[], O extends OptionValues>(
  command: Command<A, O>,
) {
  const help = `the name of the ledger table (default: ${ledgerName})`
  return folderOptions(command).option('--ledger <table>', help)
}

/**
 * Adds the options of {@link MigrateOptions} to a command.
 *
 * @internal The declaration of the type that commander infers takes megabytes.
 */
export function migratorOptions<A extends unknown[], O extends OptionValues>(
  command: Command<A, O>,
) {
  return migrationOptions(databaseOptions(command)).option('--json', 'print JSON')
}

/** A set of migrations, and the ledger table that records which of them were applied. */
export interface MigrationSource {
  /** The folder of the migrations; null for driftpin's own. */
  readonly folder: string | null
  readonly forwardOnly: boolean
  readonly ledger: string
}

/**
 * The file lies inside the database folder, so that it is replaced, saved in an image and restored
 * together with the database that it describes. PostgreSQL ignores files that it does not know.
 */
const rememberedName = 'driftpin.json'

/**
 * The migrations that the database of a data folder was made with. Undefined if there is no
 * database, or if a version of driftpin made it that did not record its migrations.
 */
export async function readRemembered(dataFolder: string): Promise<MigrationSource | undefined> {
  // A killed process may have left the database under the old name; it will be put back.
  for (const place of [join(dataFolder, oldName), databaseFolderOf(dataFolder)]) {
    try {
      const text = await readFile(join(place, rememberedName), 'utf8')
      const { migrations, forwardOnly, ledger } = JSON.parse(text)
      const folder = migrations === null ? null : resolve(dataFolder, migrations)
      if (typeof ledger === 'string') return { folder, forwardOnly: forwardOnly === true, ledger }
    } catch {
      // The file is missing or damaged.
    }
  }
  return undefined
}

/**
 * Records the migrations of a database.
 *
 * @param databaseFolder The folder of the database, which may not be in its place yet.
 * @param dataFolder The data folder that it belongs to.
 */
export async function writeRemembered(
  databaseFolder: string,
  dataFolder: string,
  { folder, forwardOnly, ledger }: MigrationSource,
): Promise<void> {
  // A relative path, so that a project can be moved; null for driftpin's own.
  const migrations = folder === null ? null : relative(dataFolder, folder) || '.'
  const file = join(databaseFolder, rememberedName)
  const unfinished = `${file}.${process.pid}.tmp`
  await writeFile(unfinished, JSON.stringify({ migrations, forwardOnly, ledger }), { mode: 0o600 })
  await rename(unfinished, file)
}

/**
 * Which migrations the options of a command mean if the database remembers some. A folder in the
 * options wins. If the options name only a ledger, and it is not the remembered one, they mean
 * driftpin's own migrations.
 */
export function migrationSource(
  { migrations, forwardOnly = false, ledger }: MigrationFlags,
  remembered: MigrationSource | undefined,
): MigrationSource {
  if (migrations !== undefined) {
    const folder = resolve(migrations)
    const same = remembered?.folder === folder ? remembered : undefined
    return {
      folder,
      forwardOnly: forwardOnly || (same?.forwardOnly ?? false),
      ledger: ledger ?? same?.ledger ?? ledgerName,
    }
  }
  if (remembered && (ledger ?? remembered.ledger) === remembered.ledger) return remembered
  return { folder: null, forwardOnly, ledger: ledger ?? ledgerName }
}

/** A migration source in words. */
export function describeSource({ folder }: MigrationSource): string {
  return folder === null ? "driftpin's own migrations" : `the migrations in ${shownPath(folder)}`
}

/** The migrations that a command works with. */
export interface ChosenMigrations {
  readonly source: MigrationSource
  /** The migrations that the database was made with, if known. */
  readonly remembered: MigrationSource | undefined
  /** The source as options of a migrator. */
  readonly migrator: MigratorOptions
}

/**
 * The migrations that the embedded database of the options was made with. They are those of the
 * schema `public`, which `driftpin dev` migrates.
 */
export async function rememberedBy({
  database,
  data,
  schema,
}: DatabaseOptions): Promise<MigrationSource | undefined> {
  const isRemembered = database === undefined && data !== undefined && schema === 'public'
  return isRemembered ? await readRemembered(await dataFolderOf(data)) : undefined
}

/**
 * Reads the migrations that a command works with: those that its options name, otherwise those
 * that the embedded database was made with, otherwise driftpin's own.
 *
 * @throws DriftpinError of `readMigrations`
 */
export async function readChosen(
  options: DatabaseOptions & MigrationFlags,
): Promise<ChosenMigrations> {
  const remembered = await rememberedBy(options)
  const source = migrationSource(options, remembered)
  const { folder, forwardOnly, ledger } = source
  if (folder === null) return { source, remembered, migrator: { ledger } }
  const migrations = await readMigrations(folder, { forwardOnly }).catch((error) => {
    if (remembered?.folder !== folder || !(error instanceof DriftpinError)) throw error
    const hint = 'The database was made with them. If they were moved, name them with --migrations.'
    throw new DriftpinError(error.code, `${error.message} ${hint}`, error)
  })
  return { source, remembered, migrator: { migrations, ledger } }
}

/** Opens the database of the options, with their migrations, while the callback runs. */
export async function withMigrator<T>(
  options: MigrateOptions,
  ifMissing: IfMissing,
  work: (migrator: Migrator) => Promise<T>,
  more: MigratorOptions = {},
): Promise<T> {
  const { source, migrator } = await readChosen(options)
  return await withDatabase(options, ifMissing, async ({ database, place }) => {
    const { folder, isNew } = place
    if (folder !== undefined && isNew && options.schema === 'public') {
      await writeRemembered(databaseFolderOf(folder), folder, source)
    }
    return await work(createMigrator(database, { ...more, ...migrator }))
  })
}
