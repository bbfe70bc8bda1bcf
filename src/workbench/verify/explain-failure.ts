import { type CatalogFact, readFacts, readRows, tableName } from '../../catalog/index.js'
import {
  type Queryable,
  quoteIdentifier,
  searchPath,
  splitStatements,
  type Transaction,
} from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import type { DatabaseMark, EmbeddedTestDatabase } from '../../harness/index.js'
import { type MigrationScript, statementsOf } from '../../migrations/index.js'
import { dumpSchema } from '../dump-schema.js'
import { without } from '../text-difference.js'

/** The fields of a PostgreSQL error besides its message. */
interface ServerError {
  readonly code?: string
  readonly detail?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

/** The message of a file that failed, with PostgreSQL's detail and the constraint. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof DriftpinError)) throw error
  const { detail, table, constraint } = (error.cause ?? {}) as ServerError
  const lines = [error.message]
  if (detail) lines.push(`DETAIL: ${detail}`)
  if (constraint) lines.push(`The constraint is ${constraint}${table ? ` of ${table}` : ''}.`)
  return lines.join('\n')
}

/** The largest number of rows that are shown. */
const rowsMax = 3

const notNullViolation = '23502'
const checkViolation = '23514'

/**
 * The rows that made a file fail: rows with NULL in a NOT NULL column, and rows that violate a new
 * CHECK. None if PostgreSQL's own detail names the key. The database is in the state before the
 * file.
 */
export async function rowsInTheWay(
  db: EmbeddedTestDatabase,
  script: MigrationScript,
  error: unknown,
): Promise<string[]> {
  const cause = ((error as Error).cause ?? {}) as ServerError
  const { code, detail, schema, table, column, constraint } = cause
  if (detail || !schema || !table) return []
  const from = { schema, name: table }
  // The file itself may have created the table or the column.
  if (code === notNullViolation && column) {
    return await show(db, from, () => `${quoteIdentifier(column)} IS NULL`).catch(() => [])
  }
  if (code !== checkViolation || !constraint) return []
  const refused = (facts: readonly CatalogFact[]) => {
    const check = facts.find(({ kind, name }) => kind === 'constraint' && name === constraint)
    const { definition } = JSON.parse(check!.text)
    return `NOT (${definition.replace(/^CHECK |(?: NO INHERIT)? NOT VALID$/g, '')})`
  }
  return await beforeCheck(db, script, (transaction) => show(transaction, from, refused)).catch(
    () => [],
  )
}

/** Some of the rows of a table for which a condition is true; it is made of the table's facts. */
async function show(
  queryable: Queryable,
  table: { readonly schema: string; readonly name: string },
  where: (facts: readonly CatalogFact[]) => string,
): Promise<string[]> {
  const facts = await readFacts(queryable, {
    schemas: [table.schema],
    relativeTo: 'pg_catalog',
    kinds: ['column', 'constraint'],
  })
  const own = facts
    .filter((fact) => fact.table === table.name)
    .sort((one, other) => one.place - other.place)
  const columns = own.filter(({ kind }) => kind === 'column').map(({ name }) => name)
  const from = { name: tableName(table), columns }
  const rows = await readRows(queryable, from, { where: where(own), limit: rowsMax })
  return rows.map((row) => {
    const values = Object.fromEntries(columns.map((name, index) => [name, row[index]]))
    return `${table.name}: ${JSON.stringify(values)}`
  })
}

/**
 * Runs a file up to the CHECK that fails, adds that CHECK as NOT VALID, calls `look` and rewinds.
 */
async function beforeCheck<T>(
  db: EmbeddedTestDatabase,
  script: MigrationScript,
  look: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const mark = await db.mark()
  try {
    return await db.transaction(async (transaction) => {
      await transaction.script(`SET LOCAL search_path = ${searchPath(db.schema)}`)
      for (const { text } of statementsOf(script)) {
        const hasRun = await transaction
          .transaction((part) => part.script(text))
          .then(() => true)
          .catch(() => false)
        if (hasRun) continue
        await transaction.script(`${text} NOT VALID`)
        break
      }
      return await look(transaction)
    })
  } finally {
    await db.rewind(mark)
  }
}

/** The largest number of lines of SQL that are shown. */
const linesMax = 40

/**
 * The difference between the state at a mark, `-`, and the present one, `+`. Leaves the database at
 * the mark.
 */
export async function differenceFrom(
  db: EmbeddedTestDatabase,
  mark: DatabaseMark,
  names: readonly string[],
): Promise<string[]> {
  const actual = await readDefinitions(db)
  await db.rewind(mark)
  return explainDifference(names, await readDefinitions(db), actual)
}

/** The definitions of a database as statements; none if pg_dump is not installed. */
async function readDefinitions(db: EmbeddedTestDatabase): Promise<string[]> {
  try {
    return splitStatements(await dumpSchema(db.pglite, { privileges: true })).map(
      ({ text }) => `${text};`,
    )
  } catch (error) {
    // Without pg_dump, the names of the objects that differ are shown alone.
    if (error instanceof DriftpinError && error.code === 'tool_missing') return []
    throw error
  }
}

/**
 * The difference between two lists of definitions, as SQL lines with `-` or `+`, and the names of
 * entries that no definition contains, such as roles.
 */
function explainDifference(
  names: readonly string[],
  expected: readonly string[],
  actual: readonly string[],
): string[] {
  const surplus = without(actual, expected)
  const lines: string[] = []
  for (const text of without(expected, actual)) {
    // For a table that is in both lists, only the lines that differ are shown.
    const place = surplus.findIndex((other) => firstLine(other) === firstLine(text))
    const other = place < 0 ? undefined : surplus.splice(place, 1)[0]!
    lines.push(...(other === undefined ? marked('-', text) : changedIn(text, other)))
  }
  lines.push(...surplus.flatMap((text) => marked('+', text)))
  const untold = names.filter((name) => !isTold(name, lines)).map((name) => `! ${name}`)
  const shown = [...lines, ...untold]
  if (shown.length <= linesMax) return shown
  return [...shown.slice(0, linesMax), `... and ${shown.length - linesMax} more lines`]
}

/** Whether a line names the object of an entry, such as `index public.by_name`. */
function isTold(entry: string, lines: readonly string[]): boolean {
  const name = /("[^"]+"|[\w$]+)(?:\([^)]*\))?$/.exec(entry)?.[1]
  return name !== undefined && lines.some((line) => line.includes(name))
}

const marked = (mark: string, text: string) => text.split('\n').map((line) => `${mark} ${line}`)

const firstLine = (text: string) => text.split('\n', 1)[0]!

function changedIn(expected: string, actual: string): string[] {
  // Only the last line of a list has no comma, so commas are ignored.
  const linesOf = (text: string) => text.split('\n').map((line) => line.replace(/,$/, ''))
  const [before, after] = [linesOf(expected), linesOf(actual)]
  const missing = without(before, after).map((line) => `- ${line}`)
  const surplus = without(after, before).map((line) => `+ ${line}`)
  const changed = [...missing, ...surplus]
  return changed.length === 0 ? [] : [`  ${firstLine(expected)}`, ...changed]
}
