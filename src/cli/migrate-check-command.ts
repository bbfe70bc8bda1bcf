import { Command } from 'commander'
import { checkSchema, type SchemaMismatch } from '../migrations/check-schema.js'
import { readMigrations } from '../migrations/read-migrations.js'
import { changedLines } from '../workbench/changed-lines.js'
import { exitCodes } from './command-error.js'
import { type DatabaseOptions, databaseOptions, withDatabase } from './open-database.js'
import { paint } from './paint.js'
import { printJson } from './print-json.js'
import { printable } from './printable.js'

interface CheckOptions extends DatabaseOptions {
  readonly migrations?: string
  readonly forwardOnly?: boolean
  readonly json?: boolean
}

/** `driftpin migrate check`: a live database against what the migrations make. */
export function migrateCheckCommand(): Command {
  return databaseOptions(
    new Command('check').description('compare a live database with what the code expects'),
  )
    .option('--migrations <dir>', "a folder of SQL pairs, instead of driftpin's own migrations")
    .option('--forward-only', 'the folder has no down files')
    .option('--json', 'print JSON')
    .action(check)
}

async function check({ migrations, forwardOnly, json, ...database }: CheckOptions): Promise<void> {
  const read = migrations && (await readMigrations(migrations, { forwardOnly: !!forwardOnly }))
  const mismatches = await withDatabase(database, 'refuse', async (opened) => {
    if (!read) return await checkSchema(opened)
    // The engine is loaded only where it is used.
    const { manifestAt } = await import('../workbench/manifest-at.js')
    return await checkSchema(opened, { expected: await manifestAt(read) })
  })
  if (mismatches.length > 0) process.exitCode = exitCodes.failed
  if (json) printJson(mismatches)
  else if (mismatches.length === 0) console.log('The schema is what the code expects.')
  else printMismatches(mismatches)
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
