import { readdir } from 'node:fs/promises'
import { DriftpinError } from '../../errors.js'
import { parseFileName } from '../../migrations/index.js'
import { fixturesFolder } from '../fixture-files.js'

/** The files of a migration, found by their names alone: two may have one number. */
export interface NumberedMigration {
  /** Number and name as they are written: `000012_add_titles`. */
  readonly label: string
  readonly digits: string
  readonly version: number
  readonly name: string
  /** The up and the down file, or one of them. */
  readonly files: readonly string[]
}

/** The migrations that some file names belong to, by number and then by name. */
export function numberedMigrations(files: readonly string[]): NumberedMigration[] {
  const found = new Map<string, NumberedMigration & { files: string[] }>()
  for (const file of [...files].sort()) {
    const parts = parseFileName(file)
    if (!parts) continue
    const { digits, version, name } = parts
    const label = `${digits}_${name}`
    const migration = found.get(label) ?? { label, digits, version, name, files: [] }
    migration.files.push(file)
    found.set(label, migration)
  }
  return [...found.values()].sort(
    (one, other) => one.version - other.version || (one.name < other.name ? -1 : 1),
  )
}

/** @throws DriftpinError `migrations_unreadable` when there is no such folder. */
export async function listMigrations(directory: string): Promise<NumberedMigration[]> {
  const names = await readdir(directory).catch((error) => {
    throw new DriftpinError(
      'migrations_unreadable',
      `The folder ${directory} cannot be read: ${error.message}. Name the folder of your ` +
        'migrations with --migrations.',
      error,
    )
  })
  return numberedMigrations(names)
}

/** Where the fixture of a migration is, from its folder. */
export const fixtureOf = (label: string) => `${fixturesFolder}/${label}.sql`
