import type { Command } from 'commander'
import type { Database } from '../database/index.js'
import {
  checkSchema,
  countExpected,
  createMigrator,
  type Migration,
  type MigratorOptions,
  type SchemaMismatch,
} from '../migrations/index.js'
import { schemaManifest } from '../schema/index.js'
import { changedLines } from '../workbench/index.js'
import { exitCodes } from './command-error.js'
import { withDatabase } from './open-database.js'
import { paint } from './paint.js'
import { printJson } from './print-json.js'
import { printable } from './printable.js'
import { type MigrateOptions, migratorCommand, readChosen } from './with-migrator.js'

/** `driftpin migrate check`: a live database against what the migrations make. */
export function migrateCheckCommand(): Command {
  return migratorCommand('check', 'compare a live database with what the code expects').action(
    check,
  )
}

interface Checked {
  readonly mismatches: readonly SchemaMismatch[]
  /** How many things were compared. */
  readonly compared: number
  readonly pending: number
}

async function check(options: MigrateOptions): Promise<void> {
  const { json } = options
  const { source, migrator } = await readChosen(options)
  const { mismatches, compared, pending } = await withDatabase(options, 'refuse', (opened) =>
    compare(opened, migrator),
  )
  if (mismatches.length > 0) process.exitCode = exitCodes.failed
  if (json) return printJson(mismatches)
  if (compared === 0) console.log('The migrations make nothing that could be compared.')
  else if (mismatches.length === 0) console.log('The schema is what the code expects.')
  printMismatches(mismatches)
  if (mismatches.length === 0 || pending === 0) return
  const are = pending === 1 ? 'migration is' : 'migrations are'
  console.log(`By ${printable(source.ledger)}, ${pending} ${are} pending: driftpin migrate up.`)
}

async function compare(opened: Database, options: MigratorOptions): Promise<Checked> {
  const { migrations } = options
  const expected = migrations ? await expectedBy(migrations, opened) : { expected: schemaManifest }
  const mismatches = await checkSchema(opened, expected)
  const migrator = createMigrator(opened, options)
  const pending = (await migrator.status()).filter(({ state }) => state === 'pending').length
  return { mismatches, compared: countExpected(expected), pending }
}

async function expectedBy(migrations: readonly Migration[], { schema }: Database) {
  // The engine is loaded only where it is used.
  const { manifestAt } = await import('../workbench/index.js')
  return await manifestAt(migrations, { schema })
}

/** Prints each with what was expected and what is there. */
export function printMismatches(mismatches: readonly SchemaMismatch[]): void {
  for (const { kind, object, expected, actual, why } of mismatches) {
    const name = paint('bold', printable(object))
    if (kind === 'missing') console.log(`${name} is missing\n  expected: ${lines(expected!)}`)
    if (kind === 'extra') console.log(`${name} is extra: ${why}\n  actual:   ${lines(actual!)}`)
    if (kind === 'differs') console.log(`${name} differs\n${difference(expected!, actual!)}`)
  }
}

/** A body of many lines is shown by those that differ. */
function difference(expected: string, actual: string): string {
  if (!`${expected}${actual}`.includes('\n')) {
    return `  expected: ${printable(expected)}\n  actual:   ${printable(actual)}`
  }
  const changed = changedLines(expected, actual).map((line) => `    ${printable(line)}`)
  return `  expected (-) and actual (+):\n${changed.join('\n')}`
}

const lines = (text: string) => text.split('\n').map(printable).join('\n    ')
