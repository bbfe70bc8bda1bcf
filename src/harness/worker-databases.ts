import { DriftpinError } from '../errors.js'
import type { Isolation } from './harness-options.js'
import type { ParsedTestOptions } from './parse-options.js'
import type { RollbackDatabase } from './test-database.js'

/** What a runner knows of a test that has ended. */
export interface EndedTest {
  readonly name: string
  readonly hasFailed: boolean
}

/** The database of a test. */
interface GivenDatabase<Db> {
  readonly db: Db
  /**
   * Ends the test.
   *
   * @throws DriftpinError `test_leaked`.
   */
  end(test: EndedTest): Promise<void>
}

/** The databases of one process that runs tests. */
export interface TestWorker {
  begin(isolation: Isolation): Promise<GivenDatabase<RollbackDatabase>>
  /** Reports what the harness has done, if somebody asked for it. */
  report(): Promise<void>
  /** Removes what would outlive the process. */
  close(): Promise<void>
}

/** How a test ended. */
export interface Outcome {
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
  leaks: ParsedTestOptions['leaks'],
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

/** What a worker does with the databases of one engine. */
interface DatabaseSteps<T, Begun> {
  open(): Promise<T>
  /** Whether tests with this isolation may use the shared database. */
  canShare(isolation: Isolation): boolean
  /** Prepares a database for a test. If it fails, the database is closed. */
  start(opened: T, isolation: Isolation): Promise<Begun>
  /** Ends a test and finds what it left open. */
  finish(begun: Begun, test: EndedTest): Promise<Outcome>
  /** Prepares the shared database for the next test. False if it has to be closed instead. */
  reuse(opened: T, isClean: boolean): Promise<boolean>
  close(opened: T): Promise<void>
}

/**
 * The databases of one worker. Tests that run one after another share a database. A test that runs
 * while the shared database is taken gets its own, so that nobody waits.
 */
export class WorkerDatabases<T, Begun extends { readonly db: unknown }> {
  readonly #leaks: ParsedTestOptions['leaks']
  readonly #steps: DatabaseSteps<T, Begun>
  #shared: Promise<T> | undefined
  #isTaken = false

  constructor(leaks: ParsedTestOptions['leaks'], steps: DatabaseSteps<T, Begun>) {
    this.#leaks = leaks
    this.#steps = steps
  }

  async begin(isolation: Isolation): Promise<GivenDatabase<Begun['db']>> {
    const isShared = !this.#isTaken && this.#steps.canShare(isolation)
    if (isShared) this.#isTaken = true
    let opened: T | undefined
    try {
      if (isShared) this.#shared ??= this.#steps.open()
      const database = await (isShared ? this.#shared! : this.#steps.open())
      opened = database
      const begun = await this.#steps.start(database, isolation)
      return { db: begun.db, end: (test) => this.#end(database, isShared, { begun, test }) }
    } catch (error) {
      await this.#discard(isShared, opened).catch(() => {})
      throw error
    }
  }

  async #end(
    opened: T,
    isShared: boolean,
    { begun, test }: { readonly begun: Begun; readonly test: EndedTest },
  ): Promise<void> {
    let outcome: Outcome | undefined
    let isKept = false
    try {
      outcome = await this.#steps.finish(begun, test)
    } finally {
      try {
        isKept = isShared && (await this.#steps.reuse(opened, outcome?.isClean === true))
      } finally {
        if (isKept) this.#isTaken = false
        else await this.#discard(isShared, opened)
      }
    }
    reportEnd(test.name, outcome, this.#leaks)
  }

  /** The next test opens another shared database. */
  async #discard(isShared: boolean, opened: T | undefined): Promise<void> {
    if (isShared) {
      this.#shared = undefined
      this.#isTaken = false
    }
    if (opened !== undefined) await this.#steps.close(opened)
  }
}
