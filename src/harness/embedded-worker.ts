import { join } from 'node:path'
import { callSite } from '../database/index.js'
import type { TestInstance } from '../pglite/index.js'
import { projectDirectory } from '../pglite/index.js'
import { createEmbeddedDatabase, internalsOf } from './embedded-database.js'
import { openEmbeddedHarness } from './embedded-harness.js'
import { anyOf, findLeaks, readSessionStart, type SessionStart } from './find-leaks.js'
import type { Harness } from './harness.js'
import type { Isolation } from './harness-options.js'
import { type Evidence, openEvidence } from './keep-evidence.js'
import type { ParsedTestOptions } from './parse-options.js'
import { type OpenRollback, openEmbeddedRollback } from './rollback-database.js'
import { createReport } from './statistics.js'
import type { EmbeddedTestDatabase } from './test-database.js'
import {
  type EndedTest,
  type GivenDatabase,
  reportEnd,
  type TestWorker,
  WorkerDatabases,
} from './worker-databases.js'

/** A test that has begun. */
interface BegunTest {
  readonly instance: TestInstance
  /** The test's own object, so that calls it did not await cannot reach the next test's rows. */
  readonly db: EmbeddedTestDatabase
  /** The forks that are open, each with the stack of the call that created it. */
  readonly forks: ReadonlyMap<EmbeddedTestDatabase, Error>
  readonly rollback: OpenRollback | undefined
  /** The time that the clock of SQL stood at. */
  readonly clock: number | undefined
  readonly session: SessionStart | undefined
}

/** What is known of a test after its end. */
interface Outcome {
  readonly left: readonly string[]
  /** A sentence that says where its database is kept. */
  readonly where: string | undefined
  /** Whether the rollback has undone everything, so that no rewind is needed. */
  readonly isUndone: boolean
}

/** Opens the embedded databases of a process that runs tests. */
export async function openEmbeddedWorker(options: ParsedTestOptions): Promise<TestWorker> {
  const harness = await openEmbeddedHarness(options)
  const root = join(projectDirectory(), '.driftpin', 'failed')
  const evidence = options.keepFailed ? openEvidence(root) : undefined
  return new EmbeddedWorker(harness, evidence, options)
}

class EmbeddedWorker implements TestWorker {
  readonly report: () => Promise<void>
  readonly #evidence: Evidence | undefined
  readonly #options: ParsedTestOptions
  readonly #databases: WorkerDatabases<EmbeddedTestDatabase>
  /** The session of each database before its first test. */
  readonly #sessions = new WeakMap<EmbeddedTestDatabase, SessionStart>()

  constructor(harness: Harness, evidence: Evidence | undefined, options: ParsedTestOptions) {
    this.report = createReport(harness.statistics)
    this.#evidence = evidence
    this.#options = options
    this.#databases = new WorkerDatabases({
      open: () => harness.createDatabase(),
      reuse: async (db, isUndone) => {
        if (!isUndone) await db.rewind()
        return true
      },
      close: (db) => db.close(),
    })
  }

  async begin(isolation: Isolation): Promise<GivenDatabase> {
    const taken = await this.#databases.take(isolation === 'fork', (db) =>
      this.#start(db, isolation === 'rollback'),
    )
    const { db, rollback } = taken.started
    const end = async (test: EndedTest) => {
      let outcome: Outcome | undefined
      try {
        outcome = await this.#finish(taken.started, test)
      } finally {
        await this.#databases.giveBack(taken, outcome?.isUndone === true)
      }
      reportEnd(test.name, outcome.left, { ...this.#options, where: outcome.where })
    }
    return { db: rollback?.db ?? db, end }
  }

  /** Nothing of an embedded database outlives the process. */
  async close(): Promise<void> {}

  async #start(shared: EmbeddedTestDatabase, isRollback: boolean): Promise<BegunTest> {
    const { parts } = internalsOf(shared)
    const { instance } = parts
    const session = await this.#sessionOf(shared, instance)
    // A rewind that replaced the instance has replaced the watch as well.
    instance.watch.suspect(anyOf(session?.functions.map(({ name }) => name) ?? []))
    const forks = new Map<EmbeddedTestDatabase, Error>()
    const db = createEmbeddedDatabase({
      ...parts,
      release: async () => {},
      adopt: (fork, at) => {
        forks.set(fork, at)
        return () => forks.delete(fork)
      },
    })
    const rollback = isRollback ? await openEmbeddedRollback(instance) : undefined
    return { instance, db, forks, rollback, clock: instance.clock, session }
  }

  async #sessionOf(
    db: EmbeddedTestDatabase,
    instance: TestInstance,
  ): Promise<SessionStart | undefined> {
    if (this.#options.leaks === 'off') return undefined
    const known = this.#sessions.get(db)
    if (known) return known
    const session = await readSessionStart(instance)
    this.#sessions.set(db, session)
    await db.rewind()
    return session
  }

  /** Ends a test and finds what it left open. */
  async #finish(test: BegunTest, { name, hasFailed }: EndedTest): Promise<Outcome> {
    const { leaks } = this.#options
    const { instance, db, forks, rollback, clock, session } = test
    const held = hasFailed || leaks === 'off' ? [] : [...clientsLeft(db), ...forksLeft(forks)]
    const isFailure = hasFailed || (held.length > 0 && leaks === 'fail')
    const kept = isFailure ? await this.#evidence?.keep(name, instance, rollback?.db) : undefined
    for (const fork of [...forks.keys()]) await fork.close()
    await db.close()
    const isRolledBack = await rollback?.end().then(
      () => true,
      // A crashed engine cannot roll back.
      () => false,
    )
    // Counted before the search for leaks, whose own statements are watched as well.
    const mayHaveOpened = instance.watch.openers.length > 0
    const own = !hasFailed && session ? await findLeaks(instance, session) : []
    const left = [...held, ...own]
    const keepsLeak = !kept && left.length > 0 && leaks === 'fail'
    const where = keepsLeak ? await this.#evidence?.keep(name, instance) : kept
    if (!where) await this.#evidence?.forget(name)
    // A failed test may have left anything.
    const isClean = !hasFailed && left.length === 0 && instance.clock === clock
    return { left, where, isUndone: isRolledBack === true && isClean && !mayHaveOpened }
  }
}

const forksLeft = (forks: ReadonlyMap<EmbeddedTestDatabase, Error>): string[] =>
  [...forks.values()].map((at) => `a fork that was not closed, by\n${callSite(at, 1)}`)

/** What clients of the pool or of the URL left open. */
const clientsLeft = (db: EmbeddedTestDatabase): string[] => internalsOf(db).clients.leaks()
