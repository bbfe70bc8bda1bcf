import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DriftpinError, messageOf } from '../../errors.js'
import {
  fixtureOf,
  fixturesFolder,
  listMigrations,
  nextNumber,
  pathExists,
} from './numbered-migrations.js'

const nameLengthMax = 100

/** Options of {@link newMigration}. */
export interface NewMigrationOptions {
  /** The folder of the migrations. */
  readonly directory: string
  /** What it does, as an identifier: `add_titles`. */
  readonly name: string
  /** The time for numbers that are times; the current time by default. */
  readonly now?: Date
}

/**
 * Creates the next pair of files and its fixture, numbered in the style of the folder: three
 * digits, six digits, or times. A folder with up files only gets no down file. Never overwrites a
 * file.
 *
 * @returns The paths of the new files, relative to the folder.
 * @throws DriftpinError `invalid_input` for a name that is no identifier or a file that is there
 * already, `migrations_unreadable` when there is no such folder.
 *
 * @example
 * ```ts
 * const files = await newMigration({ directory: 'db/migrations', name: 'add_titles' })
 * // 000012_add_titles.up.sql, 000012_add_titles.down.sql, fixtures/000012_add_titles.sql
 * ```
 */
export async function newMigration(options: NewMigrationOptions): Promise<string[]> {
  const { directory, name, now = new Date() } = options
  checkName(name)
  const migrations = await listMigrations(directory)
  const newest = migrations.at(-1)?.version ?? 0
  const label = `${nextNumber(migrations, newest, now)}_${name}`
  const forwardOnly = migrations.length > 0 && migrations.every(({ files }) => !files.some(isDown))
  const isFirst = migrations.length > 0 && !(await pathExists(join(directory, fixturesFolder)))
  const about = isFirst ? first : ''
  const texts = [
    [`${label}.up.sql`, `-- ${name}: what it does, and why.\n\n`],
    ...(forwardOnly ? [] : [[`${label}.down.sql`, `-- Takes back ${name}.\n\n`]]),
    [
      fixtureOf(label),
      `-- The rows that a database contains after ${label}, with some in every table.\n${about}\n`,
    ],
  ] as const
  const made: string[] = []
  try {
    for (const [file, text] of texts) {
      const path = join(directory, file!)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text!, { flag: 'wx' })
      made.push(file!)
    }
  } catch (error) {
    // Every command that reads the folder would refuse half a pair.
    for (const file of made) await rm(join(directory, file))
    throw new DriftpinError(
      'invalid_input',
      `${label} was not made: ${messageOf(error)}. Nothing of it is left.`,
      error,
    )
  }
  return made
}

/** Explains the first fixture of a folder. */
const first = `--
-- The first fixture of this folder. Once it has rows, \`driftpin migrate verify\` asks for some in
-- every table, or a reason in fixtures/exempt.json. Delete this file if you want no fixtures.
`

const isDown = (file: string) => file.endsWith('.down.sql')

function checkName(name: string): void {
  if (/^[A-Za-z][A-Za-z0-9_]*$/.test(name) && name.length <= nameLengthMax) return
  const better = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[\d_]+|_+$/g, '')
    .slice(0, nameLengthMax)
  throw new DriftpinError(
    'invalid_input',
    `${JSON.stringify(name)} is not the name of a migration. A name has letters, digits and ` +
      `underscores, begins with a letter, and has at most ${nameLengthMax} characters.` +
      (better ? ` Use ${better}.` : ''),
    { name },
  )
}
