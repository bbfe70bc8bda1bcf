import {
  allButSchema,
  describeDatabase,
  differences,
  type Facts,
  readFacts,
  tableName,
} from '../../catalog/index.js'
import { type Queryable, quoteIdentifier } from '../../database/index.js'
import type { DatabaseMark, EmbeddedTestDatabase } from '../../harness/index.js'
import { createMigrator, ledgerName, type Migration } from '../../migrations/index.js'
import type { ApplyScript } from './apply-script.js'
import { describeFailure, differenceFrom, rowsInTheWay } from './explain-failure.js'
import type { VerifyCheck, VerifyFinding } from './verify-report.js'

/** A finding about the folder as a whole. */
export function findWhole(
  check: VerifyCheck,
  message: string,
  difference: readonly string[] = [],
): VerifyFinding {
  return { version: undefined, file: undefined, check, message, difference }
}

/** A table, and whether it is empty. A partitioned table counts as one. */
export interface FilledTable {
  readonly schema: string
  readonly name: string
  /** Quoted, with its schema. */
  readonly quoted: string
  readonly isEmpty: boolean
}

/** All tables except those of extensions. */
export async function listTables(database: Queryable): Promise<FilledTable[]> {
  const options = { schemas: 'all', relativeTo: 'pg_catalog', kinds: ['table'] } as const
  const tables: FilledTable[] = []
  for (const { title, schema, name, text } of await readFacts(database, options)) {
    const { kind, partitionBound } = JSON.parse(text)
    if (kind === 'foreign table' || partitionBound !== null) continue
    const found = await database.query(
      `SELECT FROM ${tableName({ schema: schema!, name })} LIMIT 1`,
    )
    const quoted = title.slice('table '.length)
    tables.push({ schema: schema!, name, quoted, isEmpty: found.rowCount === 0 })
  }
  return tables.sort((one, other) => (one.quoted < other.quoted ? -1 : 1))
}

/**
 * Runs all downs in sequence, with all rows in the tables, and checks that nothing is left that did
 * not exist at the start.
 *
 * @param known Migrations whose down is known to fail. The check ends at the first of them.
 * @param exempt Migrations whose down may fail.
 * @returns The findings, and the exempt migration whose down failed only here, if there is one.
 */
export async function verifyNothingLeft(
  db: EmbeddedTestDatabase,
  migrations: readonly Migration[],
  { apply, base, known, exempt }: Backwards,
): Promise<{ findings: VerifyFinding[]; notes: string[]; needing?: Migration }> {
  for (const migration of [...migrations].reverse()) {
    const { down, version } = migration
    if (!down) {
      const why = `${migration.up.file} has no down file: what the migrations before it leave was not checked`
      return { findings: [], notes: [why] }
    }
    try {
      await apply(down)
    } catch (error) {
      const why = `${down.file} fails: what the migrations before it leave was not checked`
      if (known.has(migration)) return { findings: [], notes: [why] }
      if (exempt.has(migration)) return { findings: [], notes: [why], needing: migration }
      const message = `With the rows of all versions, ${describeFailure(error)}`
      const difference = await rowsInTheWay(db, down, error)
      const { file } = down
      const finding = { version, file, check: 'down', message, difference } as const
      return { findings: [finding], notes: [why] }
    }
  }
  const left = differences(base.facts, await describeDatabase(db), ownSession)
  if (left.length === 0) return { findings: [], notes: [] }
  const message = `After the last down, objects are left that did not exist at the start.`
  const difference = await differenceFrom(db, base.mark, left)
  if (exempt.size > 0) {
    const files = [...exempt].map(({ up }) => up.file).join(', ')
    const notes = [`${message} Downs that are exempt: ${files}.\n${difference.join('\n')}`]
    return { findings: [], notes }
  }
  return { findings: [findWhole('nothing left', message, difference)], notes: [] }
}

/** A state of the database. */
export interface WholeState {
  readonly mark: DatabaseMark
  readonly facts: Facts
}

interface Backwards {
  readonly apply: ApplyScript
  readonly base: WholeState
  readonly known: ReadonlySet<Migration>
  readonly exempt: ReadonlySet<Migration>
}

/** The verification itself leaves prepared statements in the session. */
const ownSession = { ignoring: ['session'] } as const

/**
 * Installs the folder with the migrator on an empty database, and checks that the result equals
 * that of the single steps with rows between them, and that running the migrator again does
 * nothing.
 */
export async function verifyFreshInstall(
  db: EmbeddedTestDatabase,
  migrations: readonly Migration[],
  { base, stepped }: { readonly base: WholeState; readonly stepped: WholeState },
): Promise<VerifyFinding[]> {
  await db.rewind(base.mark)
  const migrator = createMigrator(db, { migrations })
  try {
    await migrator.up()
  } catch (error) {
    const message = `Without rows, ${describeFailure(error)}`
    return [findWhole('fresh install', message)]
  }
  const findings: VerifyFinding[] = []
  const [mark, first] = [await db.mark(), await describeDatabase(db)]
  try {
    const steps = await migrator.up()
    const changed = differences(first, await describeDatabase(db), ownSession)
    if (steps.length > 0 || changed.length > 0) {
      const message = 'Running the migrator a second time changes something.'
      findings.push(findWhole('running again', message, await differenceFrom(db, mark, changed)))
    }
  } catch (error) {
    const message = `Running the migrator a second time fails: ${describeFailure(error)}`
    findings.push(findWhole('running again', message))
  }
  // Temporary objects end with the session of the migrator.
  await db.script('DISCARD TEMP')
  await db.script(`DROP TABLE ${quoteIdentifier(db.schema)}.${quoteIdentifier(ledgerName)}`)
  // Rows and counters depend on the fixtures.
  const names = differences(stepped.facts, await describeDatabase(db), { ignoring: allButSchema })
  if (names.length > 0) {
    const message =
      'A fresh install is not what the same migrations make one by one with rows between them: ' +
      '- is what the steps made, + what the fresh install has.'
    const difference = await differenceFrom(db, stepped.mark, names)
    findings.push(findWhole('fresh install', message, difference))
  }
  return findings
}
