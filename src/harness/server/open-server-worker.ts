import { createReport } from '../run-statistics.js'
import { takeTurns } from '../take-turns.js'
import { tellOfLeaks } from '../tell-of-leaks.js'
import type { TestWorker } from '../test-worker.js'
import type { DatabaseTestOptions } from '../vitest.js'
import { openServerHarness } from './open-server-harness.js'
import { openServerRollback } from './open-server-rollback.js'
import type { ServerTestDatabase } from './server-test-database.js'

/**
 * Opens the databases of a process that runs tests on a server. Each test has one of its own, but
 * for those in a transaction (isolation 'rollback'), which take turns in one.
 */
export async function openServerWorker(
  options: DatabaseTestOptions & { readonly server: string },
): Promise<TestWorker> {
  const { leaks = 'fail', keepFailed = true } = options
  const { harness, open, forget } = await openServerHarness(options)
  const turns = takeTurns<ServerTestDatabase>({
    open,
    reuse: async ({ client }, isClean) => {
      // What a transaction does not undo of a session: locks, settings, temporary tables.
      if (isClean) await client.query('DISCARD ALL')
      return isClean
    },
    close: ({ db }) => db.close(),
  })
  return {
    begin: async (isolation) => {
      const taken = await turns.take(isolation !== 'rollback')
      const { opened } = taken
      const around =
        isolation === 'rollback'
          ? await turns.orGiveBack(taken, () => openServerRollback(opened))
          : undefined
      const end = async ({ name, hasFailed }: { name: string; hasFailed: boolean }) => {
        let isClean = false
        try {
          const isDone = await around?.end(hasFailed && keepFailed).then(
            () => true,
            // The connection is gone.
            () => false,
          )
          const left = hasFailed || leaks === 'off' ? [] : await opened.leaks()
          const isKept = keepFailed && (hasFailed || (left.length > 0 && leaks === 'fail'))
          const where = isKept ? await opened.keep(name) : undefined
          if (!where) await forget(name)
          isClean = isDone === true && !hasFailed && left.length === 0
          if (left.length > 0) tellOfLeaks(leaks, name, left, where)
          else if (where) console.error(`\n${name} failed. ${where}`)
        } finally {
          await turns.giveBack(taken, isClean)
        }
      }
      return { db: around?.db ?? opened.db, end }
    },
    report: createReport(harness.statistics),
    close: () => harness.close(),
  }
}
