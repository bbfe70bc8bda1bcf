import { join, resolve } from 'node:path'
import { splitStatements } from '../../database/index.js'
import { pathExists, readPairs } from '../../harness/index.js'
import {
  bundledFiles,
  type Migration,
  type MigrationFile,
  parseMigrations,
} from '../../migrations/index.js'
import type { Extensions } from '../../pglite/index.js'
import { embeddedExtensions } from '../embedded-extensions.js'
import { fixturesFolder } from '../fixture-files.js'
import { bundledFixtures } from '../generated/fixtures.js'
import {
  checkExemptions,
  type Exemptions,
  type Fixtures,
  parseFixtures,
  readFixtureFiles,
} from './read-fixtures.js'

/** What to verify, as it is given to {@link verifyMigrations}. */
export interface VerifySource {
  /** A folder of SQL pairs, or migrations as `readMigrations` has them; driftpin's by default. */
  readonly migrations?: string | readonly Migration[]
  /**
   * A folder with a file of rows for each version, or the files themselves; by default the folder
   * `fixtures` beside the migrations, if there is one. `false` for none.
   */
  readonly fixtures?: string | false | readonly MigrationFile[]
  /** Allows migrations of a folder to have no down file, as `readMigrations` has it. */
  readonly forwardOnly?: boolean
  /** Stands instead of `exempt.json` beside the fixtures. */
  readonly exempt?: Exemptions
  /** PGlite's extensions by name. Those that it brings along are found by themselves. */
  readonly extensions?: Extensions
}

/** What to verify, read. */
export interface VerifyInput extends Fixtures {
  readonly migrations: readonly Migration[]
  /** Whether any fixture has a statement: a file with none is one that is still to be written. */
  readonly hasFixtures: boolean
  readonly extensions: Extensions
}

/**
 * Reads the migrations and their fixtures, before anything is run.
 *
 * @throws DriftpinError what `readMigrations` throws, and what is wrong with fixtures.
 */
export async function readVerifyInput(source: VerifySource): Promise<VerifyInput> {
  const migrations = await readMigrationsOf(source)
  const files = await fixtureFilesOf(source)
  const { scripts, exempt } = await parseFixtures(files ?? [], migrations)
  const texts = [
    ...migrations.flatMap(({ up, down }) => [up, down]),
    ...[...scripts.values()].flat(),
  ]
  const found = await embeddedExtensions(texts.map((script) => script?.text ?? ''))
  return {
    migrations,
    scripts,
    exempt: source.exempt ? await checkExemptions(source.exempt, migrations) : exempt,
    hasFixtures: [...scripts.values()].flat().some(({ text }) => splitStatements(text).length > 0),
    extensions: { ...found, ...source.extensions },
  }
}

async function readMigrationsOf({
  migrations,
  forwardOnly = false,
}: VerifySource): Promise<readonly Migration[]> {
  if (migrations === undefined) return parseMigrations(bundledFiles)
  if (typeof migrations === 'string') return await readPairs(resolve(migrations), { forwardOnly })
  return migrations
}

async function fixtureFilesOf(source: VerifySource): Promise<readonly MigrationFile[] | undefined> {
  const { migrations, fixtures } = source
  if (fixtures === false) return undefined
  if (typeof fixtures === 'string') return await readFixtureFiles(resolve(fixtures))
  if (fixtures !== undefined) return fixtures
  if (migrations === undefined) return bundledFixtures
  if (typeof migrations !== 'string') return undefined
  const beside = join(resolve(migrations), fixturesFolder)
  return (await pathExists(beside)) ? await readFixtureFiles(beside) : undefined
}
