import { readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { DriftpinError } from '../errors.js'
import { ledgerName, type MigratorOptions, readMigrations } from '../migrations/index.js'
import { databaseFolderOf, oldName } from './data-folder.js'
import { shownPath } from './printable.js'

/** Which migrations a command works with, as its options name them. */
export interface MigrationFlags {
  readonly migrations?: string | undefined
  readonly forwardOnly?: boolean | undefined
  readonly ledger?: string | undefined
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
const fileName = 'driftpin.json'

/** What the file holds. */
interface Remembered {
  /** Relative to the data folder, so that a project can be moved; null for driftpin's own. */
  readonly migrations: string | null
  readonly forwardOnly: boolean
  readonly ledger: string
}

/**
 * The migrations that the database of a data folder was made with. Undefined where there is no
 * database, and for a database of a version of driftpin that did not record them.
 */
export async function readRemembered(dataFolder: string): Promise<MigrationSource | undefined> {
  // A process that was killed may have left the database under this name; it will be put back.
  const old = await parseFile(join(dataFolder, oldName, fileName))
  const found = old ?? (await parseFile(join(await databaseFolderOf(dataFolder), fileName)))
  if (!found) return undefined
  const { migrations, ...rest } = found
  return { folder: migrations === null ? null : resolve(dataFolder, migrations), ...rest }
}

/** Undefined where there is no such file, and where it is damaged. */
async function parseFile(file: string): Promise<Remembered | undefined> {
  try {
    const { migrations, forwardOnly, ledger } = JSON.parse(await readFile(file, 'utf8'))
    const isWhole =
      (migrations === null || typeof migrations === 'string') && typeof ledger === 'string'
    return isWhole ? { migrations, forwardOnly: forwardOnly === true, ledger } : undefined
  } catch {
    return undefined
  }
}

/**
 * Records the migrations of a database.
 *
 * @param databaseFolder The folder of the database, which need not be in its place yet.
 * @param dataFolder The data folder that it belongs to.
 */
export async function writeRemembered(
  databaseFolder: string,
  dataFolder: string,
  { folder, forwardOnly, ledger }: MigrationSource,
): Promise<void> {
  const migrations = folder === null ? null : relative(dataFolder, folder) || '.'
  const content: Remembered = { migrations, forwardOnly, ledger }
  const file = join(databaseFolder, fileName)
  const unfinished = `${file}.${process.pid}.tmp`
  await writeFile(unfinished, JSON.stringify(content), { mode: 0o600 })
  await rename(unfinished, file)
}

/**
 * What the options of a command mean on a database whose migrations are remembered. A folder that
 * is named wins. A ledger that is named without a folder and is not the remembered one belongs to
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

/**
 * Reads the migrations of a source.
 *
 * @throws DriftpinError of `readMigrations`. If nobody named the folder in this call, the message
 * says where its name comes from.
 */
export async function readSource(
  { folder, forwardOnly, ledger }: MigrationSource,
  remembered: MigrationSource | undefined,
): Promise<MigratorOptions> {
  if (folder === null) return { ledger }
  try {
    return { migrations: await readMigrations(folder, { forwardOnly }), ledger }
  } catch (error) {
    if (remembered?.folder !== folder || !(error instanceof DriftpinError)) throw error
    const hint = 'The database was made with them. If they were moved, name them with --migrations.'
    throw new DriftpinError(error.code, `${error.message} ${hint}`, error)
  }
}

/** The migrations of a source in words. */
export function describeSource({ folder }: MigrationSource): string {
  return folder === null ? "driftpin's own migrations" : `the migrations in ${shownPath(folder)}`
}
