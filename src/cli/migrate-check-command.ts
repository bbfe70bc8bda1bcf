import type { SchemaMismatch } from '../catalog/index.js'
import type { Database } from '../database/index.js'
import {
  bundledFiles,
  checkSchema,
  countExpected,
  createMigrator,
  type MigratorOptions,
  parseMigrations,
} from '../migrations/index.js'
import { schemaManifest } from '../schema/index.js'
import { exitCodes } from './command-error.js'
import { defineCommand } from './define-command.js'
import { migratorOptions, readChosen } from './migrations.js'
import { withDatabase } from './open-database.js'
import { paint, printable, say } from './terminal.js'

/** `driftpin migrate check`: compares a live database with the result of the migrations. */
export const migrateCheckCommand = defineCommand({
  name: 'check',
  description: 'compare a live database with the schema that the code expects',
  options: (command) => migratorOptions(command),
  run: async (options) => {
    const { source, migrator } = await readChosen(options)
    const checked = await withDatabase(options, 'refuse', ({ database }) =>
      compare(database, migrator),
    )
    const { mismatches } = checked
    if (mismatches.length > 0) process.exitCode = exitCodes.failed
    return { json: mismatches, text: () => print(checked, source.ledger) }
  },
})

async function print(
  { mismatches, compared, pending }: Awaited<ReturnType<typeof compare>>,
  ledger: string,
): Promise<void> {
  if (compared === 0) say('The migrations create nothing that can be compared.')
  else if (mismatches.length === 0) say('The schema equals the schema that the code expects.')
  await printMismatches(mismatches)
  if (mismatches.length === 0 || pending === 0) return
  const are = pending === 1 ? 'migration is' : 'migrations are'
  say(
    `According to ${printable(ledger)}, ${pending} ${are} pending. Apply with: driftpin migrate up`,
  )
}

/** The mismatches, how many objects were compared, and how many migrations are pending. */
async function compare(opened: Database, options: MigratorOptions) {
  const expected = await expectedBy(options, opened.schema)
  const mismatches = await checkSchema(opened, expected)
  const migrator = createMigrator(opened, options)
  const pending = (await migrator.status()).filter(({ state }) => state === 'pending').length
  return { mismatches, compared: countExpected(expected), pending }
}

/** What migrations create up to a version, by default the newest. */
export async function expectedBy(options: MigratorOptions, schema: string, version?: number) {
  const { migrations = parseMigrations(bundledFiles) } = options
  const isNewest = version === undefined || version === migrations.at(-1)?.version
  if (!options.migrations && isNewest) return { expected: schemaManifest }
  // Loaded late, because it loads an engine.
  const { manifestAt } = await import('../workbench/index.js')
  return await manifestAt(migrations, { schema, version })
}

/** Prints each mismatch with the expected and the actual definition. */
export async function printMismatches(mismatches: readonly SchemaMismatch[]): Promise<void> {
  for (const { kind, object, expected, actual, why } of mismatches) {
    const name = paint('bold', printable(object))
    if (kind === 'missing') console.log(`${name} is missing\n  expected: ${lines(expected!)}`)
    if (kind === 'extra') console.log(`${name} is extra: ${why}\n  actual:   ${lines(actual!)}`)
    if (kind === 'differs') {
      console.log(`${name} differs\n${await difference(expected!, actual!)}`)
    }
  }
}

/** For definitions of several lines, only the lines that differ. */
async function difference(expected: string, actual: string): Promise<string> {
  if (!`${expected}${actual}`.includes('\n')) {
    return `  expected: ${printable(expected)}\n  actual:   ${printable(actual)}`
  }
  const { changedLines } = await import('../workbench/index.js')
  const changed = changedLines(expected, actual).map((line) => `    ${printable(line)}`)
  return `  expected (-) and actual (+):\n${changed.join('\n')}`
}

const lines = (text: string) => text.split('\n').map(printable).join('\n    ')
