import type { ParsedOptions } from '../parse-options.js'
import { type TestWorker, WorkerDatabases } from '../worker-databases.js'
import { openServerHarness } from './server-harness.js'
import { openServerRollback } from './server-test-database.js'

/**
 * Opens the databases of a process that runs tests on a server. Each test has its own, except tests
 * with isolation 'rollback', which use one database in turn.
 */
export async function openServerWorker(
  options: ParsedOptions & { readonly server: string },
): Promise<TestWorker> {
  const { leaks, keepFailed } = options
  const harness = await openServerHarness(options)
  return new WorkerDatabases(harness, leaks, {
    canShare: (isolation) => isolation === 'rollback',
    start: async (db, isolation) => {
      const rollback = isolation === 'rollback' ? await openServerRollback(db) : undefined
      return {
        db: rollback?.db ?? db,
        finish: async ({ name, hasFailed }) => {
          const isEnded = await rollback?.end(hasFailed && keepFailed).then(
            () => true,
            // The connection is lost.
            () => false,
          )
          const left = hasFailed || leaks === 'off' ? [] : await db.leaks()
          const isKept = keepFailed && (hasFailed || (left.length > 0 && leaks === 'fail'))
          const where = isKept ? await db.keep(name) : undefined
          if (!where) await db.forget(name)
          return { left, where, isClean: isEnded === true && !hasFailed && left.length === 0 }
        },
      }
    },
    reuse: async ({ client }, isClean) => {
      // A rollback does not undo all of a session: locks, settings and temporary tables remain.
      if (isClean) await client.query('DISCARD ALL')
      return isClean
    },
    close: () => harness.close(),
  })
}
