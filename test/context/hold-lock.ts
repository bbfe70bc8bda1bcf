import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../src/index.js'

/** A lock that is held by a transaction of its own until it is let go. */
export interface HeldLock {
  /** Resolves when so many other sessions of this database wait for some lock. */
  waiting(count: number): Promise<void>
  /** Ends the transaction, and resolves when it is over. */
  release(): Promise<void>
}

/** Runs a statement that locks something, such as `SELECT ... FOR UPDATE`, and keeps the lock. */
export async function holdLock(
  database: Database,
  text: string,
  values: readonly unknown[] = [],
): Promise<HeldLock> {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let over: Promise<void> = Promise.resolve()
  await new Promise<void>((locked, failed) => {
    over = database.transaction(async (transaction) => {
      await transaction.query(
        text.replaceAll('%', () => `"${database.schema}".`),
        values,
      )
      locked()
      await released
    })
    over.catch(failed)
  })
  return {
    async waiting(count) {
      for (;;) {
        const { rows } = await database.query<{ waiting: number }>(
          `SELECT count(*)::integer AS waiting FROM pg_catalog.pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
        if (rows[0]!.waiting >= count) return
        await sleep(2)
      }
    },
    async release() {
      release()
      await over
    },
  }
}
