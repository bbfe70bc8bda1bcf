import {
  type CatalogState,
  catalogDifferences,
  describeCatalog,
} from '../../harness/catalog-state.js'
import type { DatabaseMark, TestDatabase } from '../../harness/test-database.js'
import type { Migration, MigrationScript } from '../../migrations/migration.js'
import { applyScript } from './apply-script.js'
import { describeFailure, rowsInTheWay } from './describe-failure.js'
import { explainDifference, readDefinitions } from './explain-difference.js'
import {
  lostRows,
  readTables,
  showRows,
  suspiciousTables,
  type TableRows,
  writesTo,
} from './kept-rows.js'
import type { VerifyCheck, VerifyFinding } from './verify-report.js'

/** Where a database is: before the first migration, or after one and its fixture. */
export interface Standing {
  readonly catalog: CatalogState
  readonly mark: DatabaseMark
}

/** What became of one version. */
export interface StepOutcome {
  readonly findings: readonly VerifyFinding[]
  readonly notes: readonly string[]
  /** Where to go on from; undefined where the up failed, so that there is nothing to go on with. */
  readonly after: Standing | undefined
}

/**
 * Verifies one version on a database that stands before it: up, its fixture, down, and up again.
 * In the end the database stands after the up and its fixture.
 */
export async function verifyStep(
  db: TestDatabase,
  before: Standing,
  { migration, fixtures }: { migration: Migration; fixtures: readonly MigrationScript[] },
): Promise<StepOutcome> {
  const step = new Step(db, before, migration)
  if (!(await step.run('up', migration.up)))
    return { findings: step.findings, notes: step.notes, after: undefined }
  for (const fixture of fixtures) await step.run('fixture', fixture)
  const catalog = await describeCatalog(db, before.catalog)
  const mark = await db.mark()
  const after: Standing = { catalog, mark }
  if (migration.down) await step.backAndForth(migration.down, after)
  return { findings: step.findings, notes: step.notes, after }
}

class Step {
  readonly findings: VerifyFinding[] = []
  readonly notes: string[] = []
  readonly #db: TestDatabase
  readonly #before: Standing
  readonly #migration: Migration

  constructor(db: TestDatabase, before: Standing, migration: Migration) {
    this.#db = db
    this.#before = before
    this.#migration = migration
  }

  #find(check: VerifyCheck, file: string, message: string, difference: readonly string[] = []) {
    const { version } = this.#migration
    this.findings.push({ version, file, check, message, difference })
  }

  /** Whether a file could be run; one that failed has left nothing behind, and is a finding. */
  async run(check: 'up' | 'fixture', script: MigrationScript): Promise<boolean> {
    try {
      await applyScript(this.#db, script)
      return true
    } catch (error) {
      const rows = await rowsInTheWay(this.#db, error)
      this.#find(check, script.file, describeFailure(error), rows)
      return false
    }
  }

  async backAndForth(down: MigrationScript, after: Standing): Promise<void> {
    const db = this.#db
    const { file } = down
    try {
      await applyScript(db, down)
    } catch (error) {
      await db.rewind(after.mark)
      const rows = await rowsInTheWay(db, error)
      this.#find('down', file, `With rows in the tables ${describeFailure(error)}`, rows)
      return
    }
    const undone = await describeCatalog(db, after.catalog)
    const left = catalogDifferences(this.#before.catalog, undone)
    if (left.length > 0) {
      const message = `After ${file} the schema is not what it was before ${this.#migration.up.file}.`
      this.#find('schema after down', file, message, await this.#compareWithBefore(left))
    }
    const suspects = suspiciousTables(this.#before.catalog, undone)
    const last = await readTables(db, suspects)
    await this.#upAgain(down, after, undone)
    if (suspects.length > 0) await this.#compareRows(last, down, after)
    await db.rewind(after.mark)
  }

  async #upAgain(down: MigrationScript, after: Standing, undone: CatalogState): Promise<void> {
    const { up } = this.#migration
    const what = `${up.file} after ${down.file}`
    try {
      await applyScript(this.#db, up)
    } catch (error) {
      const rows = await rowsInTheWay(this.#db, error)
      this.#find('up again', up.file, `A second time, ${what}: ${describeFailure(error)}`, rows)
      return
    }
    const again = await describeCatalog(this.#db, undone)
    const names = catalogDifferences(after.catalog, again)
    if (names.length === 0) return
    const actual = await readDefinitions(this.#db)
    await this.#db.rewind(after.mark)
    const expected = await readDefinitions(this.#db)
    const message = `A second time, ${what}, it does not make what it made the first time.`
    this.#find('up again', up.file, message, explainDifference(names, expected, actual))
  }

  /** Leaves the database after the down. */
  async #compareWithBefore(names: readonly string[]): Promise<string[]> {
    const db = this.#db
    const undone = await db.mark()
    const actual = await readDefinitions(db)
    await db.rewind(this.#before.mark)
    const expected = await readDefinitions(db)
    await db.rewind(undone)
    return explainDifference(names, expected, actual)
  }

  /** Lays the rows after the down beside those before the up, and before the down. */
  async #compareRows(
    last: ReadonlyMap<string, TableRows>,
    script: MigrationScript,
    after: Standing,
  ): Promise<void> {
    const db = this.#db
    const { up: upScript } = this.#migration
    const oids = [...last.keys()]
    await db.rewind(after.mark)
    const whole = await readTables(db, oids)
    await db.rewind(this.#before.mark)
    const first = await readTables(db, oids)
    await applyScript(db, upScript)
    const middle = await readTables(db, oids)
    for (const [oid, down] of last) {
      const [before, up, loaded] = [first.get(oid), middle.get(oid), whole.get(oid)]
      // A table that the up drops takes its rows along, which its own definition says.
      if (!before || !up || !loaded) continue
      const { table, byUp, byDown, instead } = lostRows({ before, up, loaded, down })
      const shown = [...showRows('-', [...byUp, ...byDown]), ...showRows('+', instead)]
      const those = `rows of ${table} that were there before ${upScript.file}`
      if (byDown.length > 0) {
        const message = `${script.file} changes or removes ${byDown.length} ${those}.`
        this.#find('rows after down', script.file, message, shown)
      } else if (byUp.length > 0 && writesTo(upScript.text, table)) {
        this.notes.push(
          `${upScript.file} rewrites ${byUp.length} ${those}; its down cannot restore them`,
        )
      } else if (byUp.length > 0) {
        const message = `${upScript.file} changes or removes ${byUp.length} ${those}, which it does not name.`
        this.#find('rows after down', upScript.file, message, shown)
      }
    }
  }
}
