import {
  type Database,
  quoteLiteral,
  readAndRollBack,
  searchPath,
  splitStatements,
  sqlState,
  type Transaction,
} from '../../database/index.js'
import { messageOf } from '../../errors.js'
import type { MigrationScript } from '../../migrations/index.js'
import { type ForeignKey, readForeignKeys, recreateForeignKeys } from './foreign-keys.js'
import type { VerifyFinding } from './verify-report.js'
import { findWhole } from './verify-whole.js'

/**
 * Checks that deletions do the same if the foreign keys exist in the reverse order. PostgreSQL
 * fires the triggers of foreign keys in the order in which the keys were created, and a restored
 * dump has another order than the migrations. The deletions are those of the fixtures, and those of
 * rows that keys with an ON DELETE action refer to. Each is rolled back, but the keys are left in
 * the reverse order.
 *
 * @param fixtures All fixtures, whose rows are in the tables.
 */
export async function verifyKeyOrder(
  database: Database,
  fixtures: readonly MigrationScript[],
): Promise<{ readonly findings: VerifyFinding[]; readonly notes: string[] }> {
  const keys = await readForeignKeys(database)
  const deletions = [...deletionsIn(fixtures, keys), ...(await deletionsOfRows(database, keys))]
  const inOrder = await tryAll(database, deletions)
  const involved = keys.filter((key) => deletions.some(({ reach }) => reach.keys.includes(key)))
  try {
    await recreateForeignKeys(database, involved.toReversed())
  } catch (error) {
    if (sqlState(error) === undefined) throw error
    const why = `The foreign keys cannot be created again: ${messageOf(error)}`
    return { findings: [], notes: [`${why}. Whether their order matters was not checked.`] }
  }
  const reversed = await tryAll(database, deletions)
  const findings = new Map<string, VerifyFinding>()
  for (const [index, deletion] of deletions.entries()) {
    if (findings.has(deletion.from)) continue
    const [before, after] = [inOrder[index]!, reversed[index]!]
    const isRefusedOnce = (before.refusal === undefined) !== (after.refusal === undefined)
    const tables = await differingTables(before, after, () => tryDeletion(database, deletion))
    if (!isRefusedOnce && tables.length === 0) continue
    findings.set(deletion.from, findingOf({ deletion, before, after, tables }))
  }
  return { findings: [...findings.values()], notes: [] }
}

/** A deletion that is tried in both orders. */
interface Deletion {
  /** What it is for a person. */
  readonly says: string
  /** The table of its rows, or the file that it is from. One finding is enough for each. */
  readonly from: string
  readonly reach: Reach
  /** The statements of its file before it: it may have deleted rows that they insert. */
  readonly earlier?: readonly string[]
  readonly text: string
  readonly values?: readonly unknown[]
}

function deletionsIn(
  fixtures: readonly MigrationScript[],
  keys: readonly ForeignKey[],
): Deletion[] {
  return fixtures.flatMap(({ file, text: script }) => {
    const statements = splitStatements(script)
    return statements.flatMap(({ text, words }, index) => {
      if (!words.includes('delete')) return []
      const named = keys.filter((key) => words.includes(key.bareReferences))
      const reach = reachOf(
        named.map(({ references }) => references),
        keys,
      )
      const earlier = statements.slice(0, index).map((statement) => statement.text)
      return reach ? { says: text, from: file, reach, earlier, text } : []
    })
  })
}

/** The largest number of rows of a table that are deleted one by one. */
const rowsMax = 5

/** The largest number of characters of a row that are shown. */
const shownMax = 200

/** The rows of tables that keys with an action refer to, one by one and all at once. */
async function deletionsOfRows(
  database: Database,
  keys: readonly ForeignKey[],
): Promise<Deletion[]> {
  const deletions: Deletion[] = []
  for (const table of new Set(keys.filter(hasAction).map(({ references }) => references))) {
    const reach = reachOf([table], keys)
    if (!reach) continue
    const { rows } = await database.query<{ tableoid: number; ctid: string; row: string }>(
      `SELECT tableoid, ctid::text, left(to_jsonb(one.*)::text, ${shownMax}) AS row
       FROM ${table} one LIMIT ${rowsMax}`,
    )
    for (const { tableoid, ctid, row } of rows) {
      const text = `DELETE FROM ${table} WHERE tableoid = $1 AND ctid = $2`
      deletions.push({ says: row, from: table, reach, text, values: [tableoid, ctid] })
    }
    if (rows.length > 1) {
      deletions.push({ says: 'all rows', from: table, reach, text: `DELETE FROM ${table}` })
    }
  }
  return deletions
}

/** What `pg_constraint.confdeltype` calls CASCADE, SET NULL and SET DEFAULT. */
const actions = ['c', 'n', 'd']
const restrict = 'r'

const hasAction = ({ onDelete }: ForeignKey) => actions.includes(onDelete)

/** What the foreign keys do with a deletion. */
interface Reach {
  /** The keys that refer to rows which it deletes. */
  readonly keys: readonly ForeignKey[]
  /** The tables that have several of them. Only there can the order of keys matter. */
  readonly tables: readonly string[]
}

/** Undefined if no table has several of the keys. */
function reachOf(from: readonly string[], keys: readonly ForeignKey[]): Reach | undefined {
  const reached = new Set(from)
  // A set also iterates over what is added meanwhile.
  for (const table of reached) {
    for (const key of keys) {
      if (key.references === table && hasAction(key)) reached.add(key.table)
    }
  }
  const own = keys.filter(({ references }) => reached.has(references))
  const tables = own.map(({ table }) => table)
  const several = new Set(tables.filter((table, index) => tables.indexOf(table) < index))
  return several.size > 0 ? { keys: own, tables: [...several] } : undefined
}

/** What a deletion did. */
interface Outcome {
  /** The error of PostgreSQL. */
  readonly refusal?: Refusal
  /** The rows of the tables where the order of keys can matter, by table. */
  readonly rows: ReadonlyMap<string, TableDigest>
}

interface Refusal {
  readonly message: string
  readonly schema?: string
  readonly table?: string
  readonly constraint?: string
}

interface TableDigest {
  readonly table: string
  readonly count: number
  readonly hash: string
}

async function tryAll(database: Database, deletions: readonly Deletion[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const deletion of deletions) outcomes.push(await tryDeletion(database, deletion))
  return outcomes
}

async function tryDeletion(
  database: Database,
  { earlier = [], text, values, reach }: Deletion,
): Promise<Outcome> {
  try {
    return await readAndRollBack(database, async (transaction) => {
      await transaction.script(`SET LOCAL search_path = ${searchPath(database.schema)}`)
      for (const statement of earlier) await repeat(transaction, statement)
      await transaction.query(text, values)
      // COMMIT would check them.
      await transaction.script('SET CONSTRAINTS ALL IMMEDIATE')
      return { rows: await digestTables(transaction, reach.tables) }
    })
  } catch (error) {
    if (sqlState(error) === undefined) throw error
    return { refusal: error as Refusal, rows: new Map() }
  }
}

/** Repeats a statement of a fixture as far as its rows do not exist any more. */
async function repeat(transaction: Transaction, statement: string): Promise<void> {
  for (const text of [statement, `${statement} ON CONFLICT DO NOTHING`]) {
    const isDone = await transaction
      .transaction((part) => part.script(text))
      .then(() => true)
      .catch(() => false)
    if (isDone) return
  }
}

async function digestTables(
  transaction: Transaction,
  tables: readonly string[],
): Promise<Outcome['rows']> {
  const digests = tables.map(
    (table) =>
      `SELECT ${quoteLiteral(table)} AS table, count(*)::int AS count, coalesce(md5(
         string_agg((one.*)::text, chr(10) ORDER BY (one.*)::text COLLATE "C")), '') AS hash
       FROM ${table} one`,
  )
  const { rows } = await transaction.query<TableDigest>(digests.join(' UNION ALL '))
  return new Map(rows.map((row) => [row.table, row]))
}

/**
 * The tables whose rows are not the same after a deletion in both orders.
 *
 * @param again Repeats the deletion in the second order. What differs between two runs in one
 * order comes from clocks, sequences or randomness, so that only the numbers of rows are compared.
 */
async function differingTables(
  one: Outcome,
  other: Outcome,
  again: () => Promise<Outcome>,
): Promise<string[]> {
  if (one.refusal || other.refusal) return []
  const differing = differingIn(one, other, 'hash')
  if (differing.length === 0) return []
  const random = differingIn(other, await again(), 'hash')
  const counted = differingIn(one, other, 'count')
  return differing.filter((table) => !random.includes(table) || counted.includes(table))
}

const differingIn = (one: Outcome, other: Outcome, what: 'count' | 'hash'): string[] =>
  [...one.rows.keys()].filter(
    (table) => one.rows.get(table)![what] !== other.rows.get(table)?.[what],
  )

/** A deletion whose outcome depends on the order, and the tables whose rows differ. */
interface Difference {
  readonly deletion: Deletion
  readonly before: Outcome
  readonly after: Outcome
  readonly tables: readonly string[]
}

function findingOf({ deletion, before, after, tables }: Difference): VerifyFinding {
  const { from, says, reach } = deletion
  const refusal = before.refusal ?? after.refusal
  const refusing = reach.keys.find(
    ({ schema, bareTable, name }) =>
      schema === refusal?.schema && bareTable === refusal.table && name === refusal.constraint,
  )
  const places = refusing ? [refusing.table] : tables.length > 0 ? tables : reach.tables
  const named = reach.keys
    .filter(({ table }) => places.includes(table))
    .map(({ name, table }) => `${name} of ${table}`)
  const message =
    `The outcome of a deletion from ${from} depends on the order in which foreign keys were ` +
    `created, and a restored dump has another order. The keys are ${named.join(', ')}. ` +
    remedyFor(refusing)
  const done = refusal ? 'done' : `done, with other rows in ${tables.join(', ')}`
  return findWhole('key order', message, [
    `  deleted: ${says}`,
    `- in the order of the migrations: ${before.refusal?.message ?? 'done'}`,
    `+ in the reverse order: ${after.refusal?.message ?? done}`,
  ])
}

/** @param refusing The key that refuses the deletion in one of the orders, if one does. */
function remedyFor(refusing: ForeignKey | undefined): string {
  if (!refusing) return 'Give them the same ON DELETE, or let no two of them act on the same row.'
  const how =
    refusing.onDelete === restrict
      ? `, ${refusing.name} with ON DELETE NO ACTION, because RESTRICT is never deferred`
      : ''
  return `Make them DEFERRABLE INITIALLY DEFERRED${how}. COMMIT then checks the rows that are left.`
}
