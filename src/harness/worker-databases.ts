import { DriftpinError } from '../errors.js'
import type { DatabaseTestOptions, Isolation } from './harness-options.js'
import type { RollbackDatabase } from './test-database.js'

/** What a runner knows of a test that has ended. */
export interface EndedTest {
  readonly name: string
  readonly hasFailed: boolean
}

/** The database of a test. */
export interface GivenDatabase {
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

/**
 * Reports how a test ended: what it left open, or where its database is kept.
 *
 * @param where A sentence that says where the database is kept.
 * @throws DriftpinError `test_leaked`, unless leaks are only reported.
 */
export function reportEnd(
  name: string,
  left: readonly string[],
  {
    leaks,
    where = '',
  }: { readonly leaks: DatabaseTestOptions['leaks']; readonly where: string | undefined },
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

/** How the databases of a worker are opened and closed. */
interface DatabaseWays<T> {
  open(): Promise<T>
  /** Prepares the shared database for the next test. False if it has to be closed instead. */
  reuse(opened: T, isClean: boolean): Promise<boolean>
  close(opened: T): Promise<void>
}

/** The database that a test has taken. */
interface Taken<T> {
  readonly opened: T
  /** Otherwise the database belongs to the test and is closed after it. */
  readonly isShared: boolean
}

/**
 * The databases of one worker. Tests that run one after another share a database. A test that runs
 * while the shared database is taken gets its own, so that nobody waits.
 */
export class WorkerDatabases<T> {
  readonly #ways: DatabaseWays<T>
  #shared: Promise<T> | undefined
  #isTaken = false

  constructor(ways: DatabaseWays<T>) {
    this.#ways = ways
  }

  /**
   * Takes the shared database, or one of the test's own.
   *
   * @param start Prepares the database for the test. If it fails, the database is closed.
   */
  async take<S>(
    wantsOwn: boolean,
    start: (opened: T) => Promise<S>,
  ): Promise<Taken<T> & { readonly started: S }> {
    const isShared = !wantsOwn && !this.#isTaken
    if (isShared) this.#isTaken = true
    let opened: T | undefined
    try {
      if (isShared) this.#shared ??= this.#ways.open()
      opened = await (isShared ? this.#shared! : this.#ways.open())
      return { opened, isShared, started: await start(opened) }
    } catch (error) {
      await this.#discard(isShared, opened).catch(() => {})
      throw error
    }
  }

  async giveBack({ opened, isShared }: Taken<T>, isClean: boolean): Promise<void> {
    let isKept = false
    try {
      isKept = isShared && (await this.#ways.reuse(opened, isClean))
    } finally {
      if (isKept) this.#isTaken = false
      else await this.#discard(isShared, opened)
    }
  }

  /** The next test opens another shared database. */
  async #discard(isShared: boolean, opened: T | undefined): Promise<void> {
    if (isShared) {
      this.#shared = undefined
      this.#isTaken = false
    }
    if (opened !== undefined) await this.#ways.close(opened)
  }
}
