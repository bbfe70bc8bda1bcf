import { lstat, readdir } from 'node:fs/promises'
import { DriftpinError } from '../../errors.js'
import { parseFileName } from '../../migrations/index.js'

/** The files of a migration, by their names alone. Two migrations may have the same number. */
export interface NumberedMigration {
  /** Number and name as in the file name: `000012_add_titles`. */
  readonly label: string
  readonly digits: string
  readonly version: number
  readonly name: string
  /** The up and the down file, or one of them. */
  readonly files: readonly string[]
}

/** The migrations of some file names, ordered by number and name. */
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

/** The path of the fixture of a migration, relative to the folder. */
export const fixtureOf = (label: string) => `${fixturesFolder}/${label}.sql`

const firstDigits = '000001'

/**
 * The next number after a version, in the style of the newest migration: a time such as
 * `20260131120000`, seconds since 1970, or a count with the same number of digits.
 */
export function nextNumber(
  migrations: readonly Pick<NumberedMigration, 'digits' | 'version'>[],
  after: number,
  now: Date,
): string {
  const newest = migrations.toSorted((one, other) => one.version - other.version).at(-1)
  if (!newest) return String(after + 1).padStart(firstDigits.length, '0')
  const { digits } = newest
  if (readTime(digits)) {
    const time = timeDigits(now)
    // If the clock is not after the newest number, use the second after that number.
    return Number(time) > after ? time : secondAfter(String(after))
  }
  const seconds = Math.floor(now.getTime() / 1000)
  if (/^1\d{9}$/.test(digits)) return String(Math.max(after + 1, seconds))
  return String(after + 1).padStart(digits.length, '0')
}

function timeDigits(date: Date): string {
  return date.toISOString().replaceAll(/\D/g, '').slice(0, 14)
}

/** Undefined for digits that are not a time. */
function readTime(digits: string): Date | undefined {
  const iso = digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z')
  const time = new Date(iso)
  return iso === digits || Number.isNaN(time.getTime()) ? undefined : time
}

function secondAfter(digits: string): string {
  const time = readTime(digits)
  // A number that is not a time although the others are, such as one incremented by hand.
  return time ? timeDigits(new Date(time.getTime() + 1000)) : String(Number(digits) + 1)
}

/** The folder of the fixtures, relative to the folder of the migrations. */
export const fixturesFolder = 'fixtures'

/** The file of the exemptions, beside the fixtures. */
export const exemptName = 'exempt.json'

/** The number of the migration of a fixture; undefined if the name has none. */
export function fixtureVersion(name: string): number | undefined {
  const number = /^(\d+)_.*\.sql$/.exec(name)?.[1]
  return number === undefined ? undefined : Number(number)
}

/** Whether a path exists. A broken symbolic link exists too. */
export async function pathExists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  )
}
