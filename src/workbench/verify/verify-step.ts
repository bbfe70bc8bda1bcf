import {
  type CatalogState,
  catalogDifferences,
  describeCatalog,
  reorderedTables,
} from '../../catalog/index.js'
import { containsWord, factsOf, type Queryable } from '../../database/index.js'
import type { DatabaseMark, EmbeddedTestDatabase } from '../../harness/index.js'
import type { Migration, MigrationScript } from '../../migrations/index.js'
import type { ApplyScript } from './apply-script.js'
import { describeFailure, differenceFrom, rowsInTheWay } from './explain-failure.js'
import {
  type KeptTable,
  type LostRows,
  lostRows,
  readTables,
  showRows,
  successorOf,
  suspiciousTables,
  type TableRows,
  writesTo,
} from './kept-rows.js'
import type { VerifyCheck, VerifyFinding } from './verify-report.js'

/** The state of the database before the first migration, or after one and its fixture. */
export interface VerifiedState {
  readonly catalog: CatalogState
  readonly mark: DatabaseMark
}

/** The result for one version. */
export interface StepOutcome {
  readonly findings: readonly VerifyFinding[]
  readonly notes: readonly string[]
  /** The state after the version; undefined if the up failed. */
  readonly after: VerifiedState | undefined
}

/**
 * Verifies one version on a database in the state before it: up, its fixture, down, and up again.
 * Leaves the database in the state after the up and its fixture.
 */
export async function verifyStep(
  { db, apply }: { readonly db: EmbeddedTestDatabase; readonly apply: ApplyScript },
  before: VerifiedState,
  { migration, fixtures }: { migration: Migration; fixtures: readonly MigrationScript[] },
): Promise<StepOutcome> {
  const texts = [migration.up, migration.down, ...fixtures].map((script) => script?.text ?? '')
  // PostgreSQL counts writes, unless a file turns that off.
  const isCounted = !texts.some((text) => /track_counts/i.test(text))
  const step = new StepVerification({ db, apply, isCounted, before, migration })
  const { findings, notes } = step
  if (!(await step.run('up', migration.up))) return { findings, notes, after: undefined }
  for (const fixture of fixtures) await step.run('fixture', fixture)
  const after = { catalog: await step.describe(before.catalog), mark: await db.mark() }
  if (migration.down) await step.backAndForth(migration.down, after)
  return { findings, notes, after }
}

interface VerifiedStep {
  readonly db: EmbeddedTestDatabase
  readonly apply: ApplyScript
  readonly isCounted: boolean
  readonly before: VerifiedState
  readonly migration: Migration
}

class StepVerification {
  readonly findings: VerifyFinding[] = []
  readonly notes: string[] = []
  readonly #step: VerifiedStep

  constructor(step: VerifiedStep) {
    this.#step = step
  }

  describe(before: CatalogState): Promise<CatalogState> {
    return describeCatalog(this.#step.db, this.#step.isCounted ? before : undefined)
  }

  #find(check: VerifyCheck, file: string, message: string, difference: readonly string[] = []) {
    const { version } = this.#step.migration
    this.findings.push({ version, file, check, message, difference })
  }

  /** Runs a file. Returns whether it succeeded; a failure is a finding. */
  async run(check: VerifyCheck, script: MigrationScript, what = ''): Promise<boolean> {
    const { db, apply } = this.#step
    try {
      await apply(script)
      return true
    } catch (error) {
      const rows = await rowsInTheWay(db, script, error)
      this.#find(check, script.file, `${what}${describeFailure(error)}`, rows)
      return false
    }
  }

  async backAndForth(down: MigrationScript, after: VerifiedState): Promise<void> {
    const { db, before, migration, isCounted } = this.#step
    const numbers = await readSequences(db, down)
    if (!(await this.run('down', down, 'With rows in the tables, '))) {
      return await db.rewind(after.mark)
    }
    const undone = await this.describe(after.catalog)
    // A down cannot restore a column between others, so the order of columns is only a note.
    for (const table of reorderedTables(before.catalog, undone)) {
      this.notes.push(`its down leaves the columns of ${table} in another order`)
    }
    const message = `After ${down.file} the schema differs from the schema before ${migration.up.file}.`
    await this.#compareSchemas('schema after down', down.file, message, [before, undone])
    this.#compareSequences(down, numbers, await readSequences(db, down))
    const suspects = suspiciousTables({ before: before.catalog, after: undone, isCounted })
    const oids = suspects.map((table) => table.after)
    const last = await readTables(db, undone, oids)
    await this.#upAgain(down, after, undone)
    if (suspects.length > 0) await this.#compareRows(suspects, last, down, after)
    await db.rewind(after.mark)
  }

  async #upAgain(down: MigrationScript, after: VerifiedState, undone: CatalogState): Promise<void> {
    const { up } = this.#step.migration
    const what = `The second run, ${up.file} after ${down.file},`
    if (!(await this.run('up again', up, `${what} fails: `))) return
    const message = `${what} creates something else than the first.`
    const again = await this.describe(undone)
    await this.#compareSchemas('up again', up.file, message, [after, again])
  }

  /** Compares the present schema with an earlier one, and leaves the database as it is. */
  async #compareSchemas(
    check: VerifyCheck,
    file: string,
    message: string,
    [expected, actual]: readonly [VerifiedState, CatalogState],
  ): Promise<void> {
    const { db } = this.#step
    const names = catalogDifferences(expected.catalog, actual, { ignoring: ['column order'] })
    if (names.length === 0) return
    const mark = await db.mark()
    this.#find(check, file, message, await differenceFrom(db, expected.mark, names))
    await db.rewind(mark)
  }

  /** Compares the rows after the down with those before the up and before the down. */
  async #compareRows(
    suspects: readonly KeptTable[],
    last: ReadonlyMap<number, TableRows>,
    script: MigrationScript,
    after: VerifiedState,
  ): Promise<void> {
    const { db, apply, before: start, migration } = this.#step
    // A table that the up drops loses its rows on purpose.
    const inside = new Map(
      suspects.map(({ before: oid }) => [oid, successorOf(oid, start.catalog, after.catalog) ?? 0]),
    )
    await db.rewind(after.mark)
    const whole = await readTables(db, after.catalog, [...inside.values()])
    await db.rewind(start.mark)
    const first = await readTables(db, start.catalog, [...inside.keys()])
    await apply(migration.up)
    // The fixtures may have changed the tables.
    const made = await this.describe(start.catalog)
    const middle = await readTables(db, made, [...inside.values()])
    for (const { before: oid, after: lastOid } of suspects) {
      const other = inside.get(oid)!
      const [before, up, loaded] = [first.get(oid), middle.get(other), whole.get(other)]
      const down = last.get(lastOid)
      if (!before || !up || !loaded || !down) continue
      const lost = lostRows({ before, up, loaded, down }, other === oid)
      this.#tellLost(before, lost, script)
    }
  }

  #tellLost(before: TableRows, { byUp, byDown, instead }: LostRows, script: MigrationScript): void {
    const { up } = this.#step.migration
    const { table } = before
    const shown = [...showRows('-', [...byUp, ...byDown]), ...showRows('+', instead)]
    const those = `rows of ${table} that were there before ${up.file}`
    if (byDown.length > 0) {
      const message = `${script.file} changes or removes ${byDown.length} ${those}.`
      this.#find('rows after down', script.file, message, shown)
    } else if (byUp.length > 0 && writesTo(up.text, before)) {
      this.notes.push(`it permanently rewrites ${byUp.length} existing rows of ${table}`)
    } else if (byUp.length > 0) {
      const message = `${up.file} changes or removes ${byUp.length} ${those}, and does not name the table.`
      this.#find('rows after down', up.file, message, shown)
    }
  }

  /** A sequence that a down resets returns numbers a second time. */
  #compareSequences(script: MigrationScript, whole: SequenceValues, undone: SequenceValues): void {
    for (const [oid, { name, value }] of undone) {
      const taken = whole.get(oid)?.value
      const wasThere = this.#step.before.catalog.units.has(oid)
      if (!wasThere || taken == null || (value !== null && BigInt(value) >= BigInt(taken))) continue
      const shown = [`- ${taken}`, `+ ${value ?? 'as if it had given nothing'}`]
      const message = `${script.file} resets the sequence ${name}.`
      this.#find('rows after down', script.file, message, shown)
    }
  }
}

/** The last value of ascending sequences, by oid; null if none was returned yet. */
type SequenceValues = ReadonlyMap<number, { readonly name: string; readonly value: string | null }>

/** A file without one of these words, and without code in a string, cannot reset a sequence. */
const resets = new Set(['setval', 'restart', 'sequence'])

/** Reads the sequences, which takes long, if a file may reset one. */
async function readSequences(
  database: Queryable,
  { text }: MigrationScript,
): Promise<SequenceValues> {
  const { runsCode, changesFunctions } = factsOf(text).any
  if (!runsCode && !changesFunctions && !containsWord(text, resets)) return new Map()
  const { rows } = await database.query<{ oid: number; name: string; value: string | null }>(
    `SELECT s.seqrelid AS oid, format('%I.%I', n.nspname, c.relname) AS name,
            pg_catalog.pg_sequence_last_value(s.seqrelid)::text AS value
     FROM pg_catalog.pg_sequence s
     JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE s.seqincrement > 0 AND NOT s.seqcycle`,
  )
  return new Map(rows.map(({ oid, ...one }) => [oid, one]))
}
