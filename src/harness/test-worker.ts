import { join } from 'node:path'
import { callSite } from '../database/index.js'
import { projectDirectory } from '../pglite/index.js'
import { anyOf, findLeaks, readSessionStart, type SessionStart } from './find-leaks.js'
import { openEvidence } from './keep-evidence.js'
import { openHarness } from './open-harness.js'
import { openRollbackDatabase } from './rollback-database.js'
import { createReport } from './run-statistics.js'
import { takeTurns } from './take-turns.js'
import { tellOfLeaks } from './tell-of-leaks.js'
import {
  connectionsOf,
  createTestDatabase,
  instanceOf,
  partsOf,
  type TestDatabase,
} from './test-database.js'
import type { DatabaseTestOptions, Isolation } from './vitest.js'

/** A test's database, and what happens when the test is over. */
interface GivenDatabase {
  readonly db: TestDatabase
  /** @throws DriftpinError `test_leaked`. */
  end(test: { readonly name: string; readonly hasFailed: boolean }): Promise<void>
}

/** The databases of one process that runs tests. */
export interface TestWorker {
  begin(isolation: Isolation): Promise<GivenDatabase>
  /** Tells what was done, to whoever wants to know. */
  report(): Promise<void>
  /** Leaves nothing behind that outlives the process. Missing where nothing does. */
  close?(): Promise<void>
}

/** Opens the harness of a process that runs tests. */
export async function openTestWorker(options: DatabaseTestOptions): Promise<TestWorker> {
  const { server, leaks = 'fail', keepFailed = true } = options
  if (server !== undefined) {
    const { openServerWorker } = await import('./server/open-server-worker.js')
    return await openServerWorker({ ...options, server })
  }
  const harness = await openHarness(options)
  const root = join(projectDirectory(), '.driftpin', 'failed')
  const evidence = keepFailed ? openEvidence(root) : undefined
  const before = new WeakMap<TestDatabase, SessionStart>()
  const turns = takeTurns<TestDatabase>({
    open: () => harness.createDatabase(),
    prepare: async (db) => {
      if (leaks !== 'off' && !before.has(db)) {
        before.set(db, await readSessionStart(instanceOf(db)))
        await db.rewind()
      }
      // Each time, since what watches is another one after a rewind that replaced the instance.
      const functions = before.get(db)?.functions.map(({ name }) => name) ?? []
      instanceOf(db).watch.suspect(anyOf(functions))
    },
    reuse: async (db, isUndone) => {
      if (!isUndone) await db.rewind()
      return true
    },
    close: (db) => db.close(),
  })
  return {
    begin: async (isolation) => {
      const taken = await turns.take(isolation === 'fork')
      const instance = instanceOf(taken.opened)
      const { clock } = instance
      const forks = new Map<TestDatabase, Error>()
      // Of the test's own, so that what it forgot to await cannot reach the next test's rows.
      const given = createTestDatabase({
        ...partsOf(taken.opened),
        release: async () => {},
        adopt: (fork, at) => {
          forks.set(fork, at)
          return () => forks.delete(fork)
        },
      })
      const around =
        isolation === 'rollback'
          ? await turns.orGiveBack(taken, () => openRollbackDatabase(instance))
          : undefined
      const end = async ({ name, hasFailed }: { name: string; hasFailed: boolean }) => {
        let isUndone = false
        try {
          const held =
            hasFailed || leaks === 'off' ? [] : [...clientsLeft(given), ...forksLeft(forks)]
          const isKept = hasFailed || (held.length > 0 && leaks === 'fail')
          const kept = isKept ? await evidence?.keep(name, instance, around?.db) : undefined
          for (const fork of [...forks.keys()]) await fork.close()
          await given.close()
          const isRolledBack = await around?.end().then(
            () => true,
            // A crashed engine cannot.
            () => false,
          )
          // Counted before the search for leaks, whose own statements are watched as well.
          const mayHaveOpened = instance.watch.openers.length > 0
          const state = before.get(taken.opened)
          const own = !hasFailed && state ? await findLeaks(instance, state) : []
          const left = [...held, ...own]
          const keepsLeak = !kept && left.length > 0 && leaks === 'fail'
          const where = keepsLeak ? await evidence?.keep(name, instance) : kept
          if (!where) await evidence?.forget(name)
          // A failed test may have left anything.
          const isClean = !hasFailed && left.length === 0 && instance.clock === clock
          isUndone = isRolledBack === true && isClean && !mayHaveOpened
          if (left.length > 0) tellOfLeaks(leaks, name, left, where)
          else if (where) console.error(`\n${name} failed. ${where}`)
        } finally {
          await turns.giveBack(taken, isUndone)
        }
      }
      return { db: around?.db ?? given, end }
    },
    report: createReport(harness.statistics),
  }
}

const forksLeft = (forks: ReadonlyMap<TestDatabase, Error>): string[] =>
  [...forks.values()].map((at) => `a fork that was not closed, by\n${callSite(at, 1)}`)

/** What clients of a test's pool or of its URL had open when it ended. */
const clientsLeft = (db: TestDatabase): string[] => connectionsOf(db)?.leaks() ?? []
