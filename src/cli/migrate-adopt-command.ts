import type { SchemaMismatch } from '../catalog/index.js'
import { DriftpinError } from '../errors.js'
import { adoptMigrations, bundledFiles, parseMigrations } from '../migrations/index.js'
import { defineCommand } from './define-command.js'
import { expectedBy, printMismatches } from './migrate-check-command.js'
import { migratorOptions, readChosen } from './migrations.js'
import { withDatabase } from './open-database.js'
import { wholeNumber } from './options.js'
import { say } from './terminal.js'

/** `driftpin migrate adopt`: takes over a database that another tool migrated. */
export const migrateAdoptCommand = defineCommand({
  name: 'adopt',
  description: 'take over a database that another tool or a person migrated',
  options: (command) =>
    migratorOptions(command)
      .option(
        '--version <n>',
        "the version of the schema (default: that in golang-migrate's table)",
        wholeNumber,
      )
      .option('--dry-run', 'check everything and write nothing'),
  run: async (options) => {
    const { version, dryRun = false, json } = options
    const { migrator } = await readChosen(options)
    const asked: Parameters<typeof adoptMigrations>[1] = {
      migrations: migrator.migrations ?? parseMigrations(bundledFiles),
      manifestAt: (version) => expectedBy(migrator, options.schema, version),
      ...{ ledger: migrator.ledger, version, dryRun },
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
    return { json: { ...adoption, written: !dryRun }, text: () => print(adoption, dryRun) }
  },
})

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
