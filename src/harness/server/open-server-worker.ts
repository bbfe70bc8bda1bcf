import { createReport } from '../run-statistics.js'
import { tellOfLeaks } from '../tell-of-leaks.js'
import type { TestWorker } from '../test-worker.js'
import type { DatabaseTestOptions, Isolation } from '../vitest.js'
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
  let shared: Promise<ServerTestDatabase> | undefined
  let isTaken = false
  const take = async (isolation: Isolation): Promise<Taken> => {
    // A test that asks for a second database while the first is in use gets one of its own.
    if (isolation !== 'rollback' || isTaken) return { opened: await open(), own: true }
    isTaken = true
    try {
      shared ??= open()
      return { opened: await shared, own: false }
    } catch (error) {
      shared = undefined
      isTaken = false
      throw error
    }
  }
  const giveBack = async ({ opened, own }: Taken, isClean: boolean) => {
    try {
      // What a transaction does not undo of a session: locks, settings, temporary tables.
      if (!own && isClean) {
        await opened.client.query('DISCARD ALL')
        return
      }
      if (!own) shared = undefined
      await opened.db.close()
    } finally {
      isTaken &&= own
    }
  }
  return {
    begin: async (isolation) => {
      const taken = await take(isolation)
      const { opened } = taken
      const around =
        isolation === 'rollback'
          ? await openServerRollback(opened).catch(async (error: unknown) => {
              await giveBack(taken, false)
              throw error
            })
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
          await giveBack(taken, isClean)
        }
      }
      return { db: around?.db ?? opened.db, end }
    },
    report: createReport(harness.statistics),
    close: () => harness.close(),
  }
}

interface Taken {
  readonly opened: ServerTestDatabase
  /** Whether it is dropped after the test, instead of being used by the next. */
  readonly own: boolean
}
