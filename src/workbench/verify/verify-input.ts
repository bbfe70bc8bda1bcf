import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { splitStatements } from '../../database/index.js'
import { DriftpinError, messageOf } from '../../errors.js'
import {
  bundledFiles,
  type Migration,
  type MigrationFile,
  type MigrationScript,
  parseMigrations,
  parsePairs,
  readFiles,
  readPairFiles,
} from '../../migrations/index.js'
import type { Extensions } from '../../pglite/index.js'
import { bundledFixtures } from '../generated/fixtures.js'
import { embeddedExtensions } from '../optional-packages.js'
import {
  exemptName,
  fixturesFolder,
  fixtureVersion,
  pathExists,
} from '../renumber/numbered-migrations.js'

/** What {@link verifyMigrations} reads. */
export interface VerifySource {
  /** A folder of SQL pairs, or the result of `readMigrations`; driftpin's own by default. */
  readonly migrations?: string | readonly Migration[]
  /**
   * A folder with one file of rows per version, or the files themselves. The default is the folder
   * `fixtures` beside the migrations, if it exists; `false` means none.
   */
  readonly fixtures?: string | false | readonly MigrationFile[]
  /** Allows migrations without a down file, as in `readMigrations`. */
  readonly forwardOnly?: boolean
  /** Replaces `exempt.json` beside the fixtures. */
  readonly exempt?: Exemptions
  /** Extensions of PGlite by name. Those that PGlite contains are found automatically. */
  readonly extensions?: Extensions
}

/** The migrations and their fixtures, parsed. */
export interface VerifyInput {
  readonly migrations: readonly Migration[]
  /** The fixtures by version. */
  readonly scripts: ReadonlyMap<number, readonly MigrationScript[]>
  readonly exempt: Exemptions
  /** Whether any fixture has a statement. A file without one has still to be written. */
  readonly hasFixtures: boolean
  readonly extensions: Extensions
}

/**
 * Reads the migrations and their fixtures, before anything is run.
 *
 * @throws DriftpinError what `readMigrations` throws, and what is wrong with fixtures.
 */
export async function readVerifyInput(source: VerifySource): Promise<VerifyInput> {
  const { migrations: given, forwardOnly = false } = source
  const migrations =
    typeof given === 'string'
      ? parsePairs(await readPairFiles(resolve(given)), { forwardOnly })
      : (given ?? parseMigrations(bundledFiles))
  const { scripts, exempt } = parseFixtures(await readFixtures(source), migrations)
  const fixtures = [...scripts.values()].flat()
  const texts = [...migrations.flatMap(({ up, down }) => [up, down]), ...fixtures]
  const found = await embeddedExtensions(texts.map((script) => script?.text ?? ''))
  return {
    migrations,
    scripts,
    exempt: readExemptions(source.exempt ?? exempt, migrations),
    hasFixtures: fixtures.some(({ text }) => splitStatements(text).length > 0),
    extensions: { ...found, ...source.extensions },
  }
}

async function readFixtures(source: VerifySource): Promise<readonly MigrationFile[]> {
  const { migrations, fixtures } = source
  if (fixtures === false) return []
  if (typeof fixtures === 'string') return await readFixtureFiles(resolve(fixtures))
  if (fixtures !== undefined) return fixtures
  if (typeof migrations !== 'string') return migrations === undefined ? bundledFixtures : []
  const beside = join(resolve(migrations), fixturesFolder)
  return (await pathExists(beside)) ? await readFixtureFiles(beside) : []
}

/**
 * Tables and downs that are not verified, each with the reason.
 *
 * @example
 * ```ts
 * const exempt: Exemptions = { downs: { '000012_merge_users': 'who was who is not kept' } }
 * ```
 */
export interface Exemptions {
  /** Tables that need no rows, by name, such as `audit_log` or `billing.invoices`. */
  readonly tables?: Readonly<Record<string, string>>
  /**
   * Migrations, by number or file such as `12` or `000012_merge_users`, whose down cannot restore
   * the previous state: rows are lost, an enum keeps a value, or the file is empty.
   */
  readonly downs?: Readonly<Record<string, string>>
}

/** @throws DriftpinError `migrations_unreadable` */
async function readFixtureFiles(directory: string): Promise<MigrationFile[]> {
  const unreadable = (why: string, cause: unknown) =>
    new DriftpinError(
      'migrations_unreadable',
      `The fixtures in ${directory} cannot be read: ${why}. Name a folder of files such ` +
        'as 000001_create_users.sql, in UTF-8.',
      cause,
    )
  const names = await readdir(directory).catch((error) => {
    throw unreadable(messageOf(error), error)
  })
  const files = names.filter((name) => name.endsWith('.sql') || name === exemptName)
  return await readFiles(directory, files.sort(), unreadable)
}

/**
 * Assigns fixtures to migrations by number; several for one migration run in order of their names.
 *
 * @throws DriftpinError `migration_invalid` for a fixture of no migration.
 */
function parseFixtures(
  files: readonly MigrationFile[],
  migrations: readonly Migration[],
): { scripts: ReadonlyMap<number, readonly MigrationScript[]>; exempt: Exemptions | string } {
  const versions = new Set(migrations.map(({ version }) => version))
  const scripts = new Map<number, MigrationScript[]>()
  let exempt: Exemptions | string = {}
  for (const { file, text } of [...files].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    if (file === exemptName) {
      exempt = text
      continue
    }
    const version = fixtureVersion(file)
    if (version === undefined || !versions.has(version)) throw ofNoMigration(file, migrations)
    const script = { file: `${fixturesFolder}/${file}`, text, transaction: true }
    scripts.set(version, [...(scripts.get(version) ?? []), script])
  }
  return { scripts, exempt }
}

const reasons = z.record(z.string(), z.string().min(1, 'a reason has words')).optional()
const exemptions = z.strictObject({ tables: reasons, downs: reasons })

/** @throws DriftpinError `migration_invalid` for what is none, and for those of no migration. */
function readExemptions(given: Exemptions | string, migrations: readonly Migration[]): Exemptions {
  let exempt: Exemptions
  try {
    exempt = exemptions.parse(typeof given === 'string' ? JSON.parse(given) : given) as Exemptions
  } catch (error) {
    throw noExemptions(error instanceof z.ZodError ? z.prettifyError(error) : String(error), error)
  }
  for (const key of Object.keys(exempt.downs ?? {})) {
    if (migrations.some((migration) => isNamed(migration, key))) continue
    throw new DriftpinError(
      'migration_invalid',
      `An exemption is for ${JSON.stringify(key)}, and there is no such migration. Name one by ` +
        'its number or its file, such as 12 or 000012_merge_users.',
      { key },
    )
  }
  return exempt
}

/** The reason why the down of a migration is exempt, if it is. */
export function reasonFor({ downs = {} }: Exemptions, migration: Migration): string | undefined {
  return Object.entries(downs).find(([key]) => isNamed(migration, key))?.[1]
}

function isNamed({ version, up }: Migration, key: string): boolean {
  const isNumber = /^\d+$/.test(key) && Number(key) === version
  return isNumber || up.file === key || up.file === `${key}.up.sql`
}

const noExemptions = (why: string, cause: unknown) =>
  new DriftpinError(
    'migration_invalid',
    `Exemptions (${fixturesFolder}/${exemptName}) cannot be used: ${why}\nWrite them as ` +
      '{"tables": {"audit_log": "why"}, "downs": {"000012_merge_users": "why"}}.',
    cause,
  )

function ofNoMigration(file: string, migrations: readonly Migration[]): DriftpinError {
  const last = migrations.at(-1)?.up.file ?? '000001_create_users.up.sql'
  return new DriftpinError(
    'migration_invalid',
    `${fixturesFolder}/${file} belongs to no migration. The name of a fixture begins with the number of ` +
      `its migration, for example ${last.replace('.up.sql', '.sql')}. Rename it, or remove it.`,
    { file },
  )
}
