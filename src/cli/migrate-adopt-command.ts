import { Command } from 'commander'
import { DriftpinError } from '../errors.js'
import {
  type Adoption,
  type AdoptOptions,
  adoptMigrations,
  bundledFiles,
  parseMigrations,
  readMigrations,
  type SchemaMismatch,
} from '../migrations/index.js'
import { schemaManifest } from '../schema/index.js'
import { printMismatches } from './migrate-check-command.js'
import { type DatabaseOptions, databaseOptions, withDatabase } from './open-database.js'
import { printJson } from './print-json.js'
import { wholeNumber } from './whole-number.js'

interface AdoptCommandOptions extends DatabaseOptions {
  readonly migrations?: string
  readonly ledger?: string
  readonly forwardOnly?: boolean
  readonly version?: number
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `driftpin migrate adopt`: takes over a database that another tool migrated. */
export function migrateAdoptCommand(): Command {
  return databaseOptions(
    new Command('adopt').description(
      'take over a database that golang-migrate or a person migrated: checks, then notes it',
    ),
  )
    .option('--migrations <dir>', "a folder of SQL pairs, instead of driftpin's own migrations")
    .option('--ledger <table>', 'the name of the ledger table; driftpin_migrations by default')
    .option('--forward-only', 'the folder has no down files')
    .option(
      '--version <n>',
      "the version that the schema is at; the one in golang-migrate's table by default",
      wholeNumber,
    )
    .option('--dry-run', 'check everything and write nothing')
    .option('--json', 'print JSON')
    .action(adopt)
}

async function adopt(options: AdoptCommandOptions): Promise<void> {
  const { migrations: folder, ledger, forwardOnly, version, dryRun, json } = options
  const migrations = folder
    ? await readMigrations(folder, { forwardOnly: !!forwardOnly })
    : parseMigrations(bundledFiles)
  const asked: AdoptOptions = {
    migrations,
    manifestAt: async (version) => {
      if (!folder && version === migrations.at(-1)!.version) return { expected: schemaManifest }
      // The engine is loaded only where it is used.
      const { manifestAt } = await import('../workbench/index.js')
      return await manifestAt(migrations, { schema: options.schema, version })
    },
    ...(ledger !== undefined && { ledger }),
    ...(version !== undefined && { version }),
    dryRun: !!dryRun,
  }
  const adoption = await withDatabase(options, 'refuse', (database) =>
    adoptMigrations(database, asked).catch((error) => {
      if (!json && error instanceof DriftpinError && error.code === 'schema_mismatch') {
        printMismatches(error.cause as SchemaMismatch[])
      }
      throw error
    }),
  )
  if (json) printJson({ ...adoption, written: !dryRun })
  else print(adoption, !!dryRun)
}

function print({ version, toldBy, compared, migrations }: Adoption, dryRun: boolean): void {
  const source = toldBy === 'golang-migrate' ? ', as golang-migrate says' : ''
  const up = `up to version ${version}${source}`
  if (compared === 0) console.log(`The migrations ${up} make nothing that could be compared.`)
  else console.log(`The schema is what the migrations make ${up}.`)
  for (const one of migrations) {
    console.log(`${dryRun ? 'would note' : 'noted'} as applied: ${one.version} ${one.name}`)
  }
  console.log(dryRun ? 'Nothing was written.' : 'The schema itself was not touched.')
}
