import { DriftpinError } from '../errors.js'
import type { Harness } from './harness.js'
import type { Isolation } from './harness-options.js'
import type { ParsedOptions } from './parse-options.js'
import { createReport } from './statistics.js'
import type { RollbackDatabase, TestDatabase } from './test-database.js'

/** What a runner knows of a test that has ended. */
export interface EndedTest {
  readonly name: string
  readonly hasFailed: boolean
}

/** The database of a test. */
interface GivenDatabase {
  readonly db: RollbackDatabase
  /**
   * Ends the test.
   *
   * @throws DriftpinError `test_leaked`.
   */
  end(test: EndedTest): Promise<void>
}

/** The databases of one process that runs tests. */
export interface TestWorker {
  begin(isolation: Isolation): Promise<GivenDatabase>
  /** Reports what the harness has done, if somebody asked for it. */
  report(): Promise<void>
  /** Removes what would outlive the process. */
  close(): Promise<void>
}

/** How a test ended. */
interface Outcome {
  /** What the test left open. */
  readonly left: readonly string[]
  /** A sentence that says where its database is kept. */
  readonly where: string | undefined
  /** Whether the test left the database as it found it. */
  readonly isClean: boolean
}

/**
 * Reports how a test ended: what it left open, or where its database is kept.
 *
 * @throws DriftpinError `test_leaked`, unless leaks are only reported.
 */
function reportEnd(
  name: string,
  { left, where = '' }: Outcome,
  leaks: ParsedOptions['leaks'],
): void {
  if (left.length === 0) {
    if (where) console.error(`\n${name} failed. ${where}`)
    return
  }
  const message = `${name} ended with ${left.join('\nand with ')}\n${where}`
  if (leaks === 'warn') {
    console.warn(message)
    return
  }
  throw new DriftpinError(
    'test_leaked',
    `${message}\nEnd it in the test, or pass leaks: 'warn' or 'off'.`,
    { left },
  )
}

/** A test that has begun. */
export interface BegunTest {
  readonly db: RollbackDatabase
  /** Ends the test and finds what it left open. */
  finish(test: EndedTest): Promise<Outcome>
}

/** The part of a harness that a worker uses. */
type DatabaseSource<Db extends TestDatabase> = Pick<Harness<Db>, 'createDatabase' | 'statistics'>

/** What a worker does with the databases of one engine. */
interface DatabaseSteps<Db> {
  /** Whether tests with this isolation may use the shared database. */
  canShare(isolation: Isolation): boolean
  /** Prepares a database for a test. If it fails, the database is closed. */
  start(db: Db, isolation: Isolation): Promise<BegunTest>
  /** Prepares the shared database for the next test. False if it has to be closed instead. */
  reuse(db: Db, isClean: boolean): Promise<boolean>
  /** Removes what would outlive the process. */
  close(): Promise<void>
}

/**
 * The databases of one worker. Tests that run one after another share a database. A test that runs
 * while the shared database is taken gets its own, so that nobody waits.
 */
export class WorkerDatabases<Db extends TestDatabase> implements TestWorker {
  readonly report: () => Promise<void>
  readonly #harness: DatabaseSource<Db>
  readonly #leaks: ParsedOptions['leaks']
  readonly #steps: DatabaseSteps<Db>
  #shared: Promise<Db> | undefined
  #isTaken = false

  constructor(
    harness: DatabaseSource<Db>,
    leaks: ParsedOptions['leaks'],
    steps: DatabaseSteps<Db>,
  ) {
    this.report = createReport(harness.statistics)
    this.#harness = harness
    this.#leaks = leaks
    this.#steps = steps
  }

  async begin(isolation: Isolation): Promise<GivenDatabase> {
    const isShared = !this.#isTaken && this.#steps.canShare(isolation)
    if (isShared) this.#isTaken = true
    let db: Db | undefined
    try {
      if (isShared) this.#shared ??= this.#harness.createDatabase()
      const opened = await (isShared ? this.#shared! : this.#harness.createDatabase())
      db = opened
      const begun = await this.#steps.start(opened, isolation)
      return { db: begun.db, end: (test) => this.#end(opened, isShared, { begun, test }) }
    } catch (error) {
      await this.#discard(isShared, db).catch(() => {})
      throw error
    }
  }

  close(): Promise<void> {
    return this.#steps.close()
  }

  async #end(
    db: Db,
    isShared: boolean,
    { begun, test }: { readonly begun: BegunTest; readonly test: EndedTest },
  ): Promise<void> {
    let outcome: Outcome | undefined
    let isKept = false
    try {
      outcome = await begun.finish(test)
    } finally {
      try {
        isKept = isShared && (await this.#steps.reuse(db, outcome?.isClean === true))
      } finally {
        if (isKept) this.#isTaken = false
        else await this.#discard(isShared, db)
      }
    }
    reportEnd(test.name, outcome, this.#leaks)
  }

  /** The next test opens another shared database. */
  async #discard(isShared: boolean, db: Db | undefined): Promise<void> {
    if (isShared) {
      this.#shared = undefined
      this.#isTaken = false
    }
    await db?.close()
  }
}
