import type { Command } from 'commander'
import type { SchemaMismatch } from '../catalog/index.js'
import { DriftpinError } from '../errors.js'
import { adoptMigrations, bundledFiles, parseMigrations } from '../migrations/index.js'
import { schemaManifest } from '../schema/index.js'
import { printMismatches } from './migrate-check-command.js'
import { type MigrateOptions, migratorCommand, readChosen } from './migrations.js'
import { withDatabase } from './open-database.js'
import { wholeNumber } from './options.js'
import { printJson, say } from './terminal.js'

interface AdoptCommandOptions extends MigrateOptions {
  readonly version?: number
  readonly dryRun?: boolean
}

/** `driftpin migrate adopt`: takes over a database that another tool migrated. */
export function migrateAdoptCommand(): Command {
  return migratorCommand('adopt', 'take over a database that another tool or a person migrated')
    .option(
      '--version <n>',
      "the version of the schema (default: that in golang-migrate's table)",
      wholeNumber,
    )
    .option('--dry-run', 'check everything and write nothing')
    .action(adopt)
}

async function adopt(options: AdoptCommandOptions): Promise<void> {
  const { version, dryRun, json } = options
  const { migrator } = await readChosen(options)
  const migrations = migrator.migrations ?? parseMigrations(bundledFiles)
  const asked: Parameters<typeof adoptMigrations>[1] = {
    migrations,
    manifestAt: async (version) => {
      if (!migrator.migrations && version === migrations.at(-1)!.version)
        return { expected: schemaManifest }
      // Loaded late, because it loads an engine.
      const { manifestAt } = await import('../workbench/index.js')
      return await manifestAt(migrations, { schema: options.schema, version })
    },
    ledger: migrator.ledger,
    version,
    dryRun: !!dryRun,
  }
  const adopting = withDatabase(options, 'refuse', ({ database }) =>
    adoptMigrations(database, asked),
  )
  const adoption = await adopting.catch(async (error) => {
    if (!json && error instanceof DriftpinError && error.code === 'schema_mismatch') {
      await printMismatches(error.cause as SchemaMismatch[])
    }
    throw error
  })
  if (json) printJson({ ...adoption, written: !dryRun })
  else print(adoption, !!dryRun)
}

function print(
  { version, toldBy, compared, migrations }: Awaited<ReturnType<typeof adoptMigrations>>,
  dryRun: boolean,
): void {
  const source = toldBy === 'golang-migrate' ? ", the version in golang-migrate's table" : ''
  const up = `up to version ${version}${source}`
  if (compared === 0) say(`The migrations ${up} create nothing that can be compared.`)
  else say(`The schema equals the result of the migrations ${up}.`)
  for (const one of migrations) {
    const done = dryRun ? 'would be recorded' : 'recorded'
    console.log(`${done} as applied: ${one.version} ${one.name}`)
  }
  say(dryRun ? 'Nothing was written.' : 'The schema itself was not changed.')
}
