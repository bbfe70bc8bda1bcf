import type { ParsedTestOptions } from '../parse-options.js'
import { createReport } from '../statistics.js'
import { type EndedTest, reportEnd, type TestWorker, WorkerDatabases } from '../worker-databases.js'
import { openServerHarness } from './server-harness.js'
import {
  openServerRollback,
  type ServerRollback,
  type ServerTestDatabase,
} from './server-test-database.js'

/**
 * Opens the databases of a process that runs tests on a server. Each test has its own, except tests
 * with isolation 'rollback', which use one database in turn.
 */
export async function openServerWorker(
  options: ParsedTestOptions & { readonly server: string },
): Promise<TestWorker> {
  const { leaks, keepFailed } = options
  const { harness, open, forget } = await openServerHarness(options)
  const databases = new WorkerDatabases<ServerTestDatabase>({
    open,
    reuse: async ({ client }, isClean) => {
      // A rollback does not undo all of a session: locks, settings and temporary tables remain.
      if (isClean) await client.query('DISCARD ALL')
      return isClean
    },
    close: ({ db }) => db.close(),
  })
  /** Ends a test and finds what it left open. */
  const finish = async (
    { opened, rollback }: { opened: ServerTestDatabase; rollback: ServerRollback | undefined },
    { name, hasFailed }: EndedTest,
  ) => {
    const isEnded = await rollback?.end(hasFailed && keepFailed).then(
      () => true,
      // The connection is lost.
      () => false,
    )
    const left = hasFailed || leaks === 'off' ? [] : await opened.leaks()
    const isKept = keepFailed && (hasFailed || (left.length > 0 && leaks === 'fail'))
    const where = isKept ? await opened.keep(name) : undefined
    if (!where) await forget(name)
    return { left, where, isClean: isEnded === true && !hasFailed && left.length === 0 }
  }
  return {
    begin: async (isolation) => {
      const isRollback = isolation === 'rollback'
      const taken = await databases.take(!isRollback, async (opened) => ({
        opened,
        rollback: isRollback ? await openServerRollback(opened) : undefined,
      }))
      const end = async (test: EndedTest) => {
        let outcome: Awaited<ReturnType<typeof finish>> | undefined
        try {
          outcome = await finish(taken.started, test)
        } finally {
          await databases.giveBack(taken, outcome?.isClean === true)
        }
        reportEnd(test.name, outcome.left, { leaks, where: outcome.where })
      }
      return { db: taken.started.rollback?.db ?? taken.opened.db, end }
    },
    report: createReport(harness.statistics),
    close: () => harness.close(),
  }
}
