import { lstat, readdir } from 'node:fs/promises'
import { DriftpinError } from '../../errors.js'
import { parseFileName } from '../../migrations/index.js'

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

const firstDigits = '000001'

/**
 * The next number after a version, in the style of the newest of some migrations: a time as
 * `20260131120000`, seconds since 1970, or a count with as many zeros as it has.
 */
export function nextNumber(
  migrations: readonly Pick<NumberedMigration, 'digits' | 'version'>[],
  after: number,
  now: Date,
): string {
  const newest = migrations.reduce<(typeof migrations)[number] | undefined>(
    (best, one) => (best && best.version > one.version ? best : one),
    undefined,
  )
  if (!newest) return String(after + 1).padStart(firstDigits.length, '0')
  const { digits } = newest
  if (isTime(digits)) {
    const time = timeDigits(now)
    // Two at once, or a clock that is behind: the second after the newest one.
    return Number(time) > after ? time : secondAfter(String(after))
  }
  const seconds = Math.floor(now.getTime() / 1000)
  if (/^1\d{9}$/.test(digits)) return String(Math.max(after + 1, seconds))
  return String(after + 1).padStart(digits.length, '0')
}

function timeDigits(date: Date): string {
  return date.toISOString().replaceAll(/\D/g, '').slice(0, 14)
}

function readTime(digits: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function isTime(digits: string): boolean {
  const time = readTime(digits)
  return time !== undefined && !Number.isNaN(time.getTime())
}

function secondAfter(digits: string): string {
  const time = readTime(digits)
  // A number that is no time although its neighbours are, such as one that was counted up by hand.
  if (!time || Number.isNaN(time.getTime())) return String(Number(digits) + 1)
  return timeDigits(new Date(time.getTime() + 1000))
}

/** Where the rows for each version are, from the folder of the migrations. */
export const fixturesFolder = 'fixtures'

/** The file beside the fixtures that has the exemptions. */
export const exemptName = 'exempt.json'

/** The number of the migration that a fixture is for; undefined for what is none. */
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
