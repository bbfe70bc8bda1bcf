import { join } from 'node:path'
import { DriftpinError } from '../errors.js'
import { findLeaks, readSessionState, type SessionState } from './find-leaks.js'
import { projectDirectory } from './image-cache.js'
import { openEvidence } from './keep-evidence.js'
import { openHarness } from './open-harness.js'
import { openRollbackDatabase } from './rollback-database.js'
import { writeStatistics } from './run-statistics.js'
import { instanceOf, type TestDatabase } from './test-database.js'
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
}

/** Opens the harness of a process that runs tests. */
export async function openTestWorker(options: DatabaseTestOptions): Promise<TestWorker> {
  const { leaks = 'fail', keepFailed = true } = options
  const harness = await openHarness(options)
  // All workers of a run have the same parent.
  const root = join(projectDirectory(), '.driftpin', 'failed')
  const evidence = keepFailed ? await openEvidence(root, process.ppid) : undefined
  let shared: Promise<TestDatabase> | undefined
  let isTaken = false
  const before = new WeakMap<TestDatabase, SessionState>()
  const take = async (isolation: Isolation) => {
    // A test that asks for a second database while the first is in use gets one of its own.
    const own = isolation === 'fork' || isTaken
    isTaken ||= !own
    shared ??= own ? undefined : harness.fork()
    const db = await (own ? harness.fork() : shared!)
    if (leaks !== 'off' && !before.has(db)) {
      before.set(db, await readSessionState(instanceOf(db)))
      await db.rewind()
    }
    return { db, own }
  }
  return {
    begin: async (isolation) => {
      const { db, own } = await take(isolation)
      const around =
        isolation === 'rollback' ? await openRollbackDatabase(instanceOf(db)) : undefined
      return {
        db: around?.db ?? db,
        end: async ({ name, hasFailed }) => {
          const instance = instanceOf(db)
          const kept = hasFailed ? await evidence?.keep(name, instance) : undefined
          await around?.end()
          const state = before.get(db)
          const left = !hasFailed && state ? await findLeaks(instance, state) : []
          const keptLeak = left.length > 0 && leaks === 'fail' && evidence
          const where = keptLeak ? await evidence.keep(name, instance) : kept
          if (!where) await evidence?.forget(name)
          if (own) await db.close()
          else {
            if (!around || left.length > 0) await db.rewind()
            isTaken = false
          }
          if (left.length > 0) report(leaks, name, left, where)
          else if (where) console.error(`\n${name} failed. ${where}`)
        },
      }
    },
    report: async () => writeStatistics(harness.statistics, process.ppid),
  }
}

function report(leaks: 'fail' | 'warn' | 'off', name: string, left: string[], where = ''): void {
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
