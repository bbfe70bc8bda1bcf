import { join } from 'node:path'
import { callSite } from '../database/index.js'
import { projectDirectory } from '../pglite/index.js'
import { createEmbeddedDatabase, internalsOf } from './embedded-database.js'
import { openEmbeddedHarness } from './embedded-harness.js'
import { findLeaks, readSessionStart, type SessionStart } from './find-leaks.js'
import { type Evidence, openEvidence } from './keep-evidence.js'
import type { ParsedOptions } from './parse-options.js'
import { openEmbeddedRollback } from './rollback-database.js'
import type { EmbeddedTestDatabase } from './test-database.js'
import { type BegunTest, type TestWorker, WorkerDatabases } from './worker-databases.js'

/** Opens the embedded databases of a process that runs tests. */
export async function openEmbeddedWorker(options: ParsedOptions): Promise<TestWorker> {
  const { leaks, keepFailed } = options
  const harness = await openEmbeddedHarness(options)
  const root = join(projectDirectory(), '.driftpin', 'failed')
  const evidence = keepFailed ? openEvidence(root) : undefined
  /** The session of each database before its first test. */
  const sessions = new WeakMap<EmbeddedTestDatabase, SessionStart>()
  const sessionOf = async (db: EmbeddedTestDatabase): Promise<SessionStart | undefined> => {
    if (leaks === 'off') return undefined
    const known = sessions.get(db)
    if (known) return known
    const session = await readSessionStart(internalsOf(db).parts.instance)
    sessions.set(db, session)
    await db.rewind()
    return session
  }
  return new WorkerDatabases(harness, leaks, {
    canShare: (isolation) => isolation !== 'fork',
    start: async (shared, isolation) => {
      const session = await sessionOf(shared)
      return startTest(shared, isolation === 'rollback', { leaks, evidence, session })
    },
    reuse: async (db, isClean) => {
      if (!isClean) await db.rewind()
      return true
    },
    // Nothing of an embedded database outlives the process.
    close: async () => {},
  })
}

interface TestSettings {
  readonly leaks: ParsedOptions['leaks']
  readonly evidence: Evidence | undefined
  readonly session: SessionStart | undefined
}

async function startTest(
  shared: EmbeddedTestDatabase,
  isRollback: boolean,
  { leaks, evidence, session }: TestSettings,
): Promise<BegunTest> {
  const { parts } = internalsOf(shared)
  const { instance } = parts
  // A rewind that replaced the instance has replaced the watch as well.
  instance.watch.suspect(session?.functions.map(({ name }) => name) ?? [])
  /** The forks that are open, each with the stack of the call that created it. */
  const forks = new Map<EmbeddedTestDatabase, Error>()
  // The test's own object, so that calls it did not await cannot reach the next test's rows.
  const own = createEmbeddedDatabase({
    ...parts,
    release: async () => {},
    adopt: (fork, at) => {
      forks.set(fork, at)
      return () => forks.delete(fork)
    },
  })
  const rollback = isRollback ? await openEmbeddedRollback(instance) : undefined
  const { clock } = instance
  const finish: BegunTest['finish'] = async ({ name, hasFailed }) => {
    const held = hasFailed || leaks === 'off' ? [] : [...clientsLeft(own), ...forksLeft(forks)]
    const isFailure = hasFailed || (held.length > 0 && leaks === 'fail')
    const kept = isFailure ? await evidence?.keep(name, instance, rollback?.db) : undefined
    for (const fork of [...forks.keys()]) await fork.close()
    await own.close()
    const isRolledBack = await rollback?.end(false).then(
      () => true,
      // A crashed engine cannot roll back.
      () => false,
    )
    // Counted before the search for leaks, whose own statements are watched as well.
    const mayHaveOpened = instance.watch.openers.length > 0
    const ofSession = !hasFailed && session ? await findLeaks(instance, session) : []
    const left = [...held, ...ofSession]
    const keepsLeak = !kept && left.length > 0 && leaks === 'fail'
    const where = keepsLeak ? await evidence?.keep(name, instance) : kept
    if (!where) await evidence?.forget(name)
    // Only a rollback can have undone everything, and a failed test may have left anything.
    const isUndone = isRolledBack === true && !hasFailed && left.length === 0
    return { left, where, isClean: isUndone && instance.clock === clock && !mayHaveOpened }
  }
  return { db: rollback?.db ?? own, finish }
}

const forksLeft = (forks: ReadonlyMap<EmbeddedTestDatabase, Error>): string[] =>
  [...forks.values()].map((at) => `a fork that was not closed, by\n${callSite(at, 1)}`)

/** What clients of the pool or of the URL left open. */
const clientsLeft = (db: EmbeddedTestDatabase): string[] => internalsOf(db).clients.leaks()
