import {
  quoteIdentifier,
  type ScriptStatement,
  searchPath,
  splitStatements,
} from '../database/index.js'
import {
  countTo,
  type Migration,
  type PlannedStep,
  planSteps,
  statementsOf,
} from '../migrations/index.js'

/** From and to which version, 0 being none. */
export interface PrintedRange {
  readonly from: number
  readonly to: number
}

/**
 * The steps from one version to another, without a database: ups, or downs if `from` is later.
 *
 * @throws DriftpinError `migration_target`, `migration_incomplete` or `migration_invalid`.
 */
export function stepsBetween(
  migrations: readonly Migration[],
  { from, to }: PrintedRange,
): PlannedStep[] {
  const [applied, target] = [countTo(migrations, from), countTo(migrations, to)]
  return planSteps(migrations, applied, target)
}

/**
 * Steps as a script for psql. It stops at the first error, runs each migration in a transaction if
 * the migrator does, and uses the schema, which must exist. It writes nothing to a ledger. As in
 * every script, psql replaces a colon and the name of a variable outside quotes.
 */
export function printSteps(steps: readonly PlannedStep[], schema: string): string {
  if (steps.length === 0) return '-- Nothing to do.\n'
  const path = searchPath(schema)
  const parts = steps.map((step) => {
    const sql = sqlOf(step)
    return step.transaction
      ? `-- ${step.file}\nBEGIN;\nSET LOCAL search_path = ${path};\n${sql}COMMIT;\n`
      : `-- ${step.file}\nSET search_path = ${path};\n${sql}RESET search_path;\n`
  })
  return [
    `-- For psql, in the schema ${quoteIdentifier(schema).replaceAll(/\s/g, ' ')}.\n` +
      '\\set ON_ERROR_STOP on\n',
    ...parts,
  ].join('\n')
}

/** The file without a transaction of its own around it, and with the end of its last statement. */
function sqlOf({ file, sql, transaction }: PlannedStep): string {
  const all = splitStatements(sql)
  const kept = statementsOf({ file, text: sql, transaction })
  const wrapped = all.length > kept.length
  const begin = wrapped ? sql.indexOf(';', endOf(all[0]!)) + 1 : 0
  const end = wrapped ? all.at(-1)!.offset : sql.length
  const comments = wrapped ? sql.slice(0, all[0]!.offset) : ''
  const body = comments + sql.slice(begin, end).replace(/^\n/, '')
  const last = kept.at(-1)
  const closed = !last || sql.slice(endOf(last), end).trimStart().startsWith(';')
  // On a line of its own, because an unterminated statement may end in a comment.
  return line(closed ? body : `${line(body)};`)
}

function endOf({ offset, text }: ScriptStatement): number {
  return offset + text.length
}

function line(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
