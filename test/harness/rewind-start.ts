import { type EmbeddedTestDatabase, type Harness, openHarness } from '../../src/harness/index.js'
import { digestStart } from '../catalog/digest-start.js'

/** A harness whose databases have something of most kinds, and rows in it. */
export async function openRewindHarness(): Promise<Harness> {
  return openHarness({
    setup: async (db) => {
      await db.script(digestStart)
      await db.script(`CREATE ROLE digest_one; CREATE ROLE digest_other;
        CREATE ROLE digest_super SUPERUSER; SELECT lo_from_bytea(4343, '\\x01')`)
      await db.script('CREATE DATABASE spare')
      // A setting of a name of one's own exists from its first use on, and is empty afterwards.
      await db.script("SET app.owner = ''")
    },
  })
}

/** Where the log and the transactions are: nothing that was ever written leaves them in place. */
export async function positions(db: EmbeddedTestDatabase): Promise<unknown> {
  const { rows } = await db.query(
    `SELECT pg_current_wal_insert_lsn()::text AS log, pg_snapshot_xmax(pg_current_snapshot())::text
       AS transactions, (SELECT sum(size) FROM pg_ls_waldir())::text AS segments`,
  )
  return rows[0]
}

/** Does what most tests do, with what the start has to answer. */
export async function worksAsBefore(db: EmbeddedTestDatabase): Promise<unknown> {
  return db.transaction(async (transaction) => {
    const item = await transaction.query(
      "INSERT INTO shop.items (name) VALUES ('works') RETURNING id::int, name",
    )
    await transaction.script("INSERT INTO shop.orders VALUES (5, '2026-06-06')")
    const next = await transaction.query("SELECT nextval('shop.numbers')::int AS next")
    const items = await transaction.query('SELECT count(*)::int AS items FROM shop.items')
    return { ...item.rows[0]!, ...next.rows[0]!, ...items.rows[0]! }
  })
}

/** What {@link worksAsBefore} answers on a database that nobody has changed. */
export const workedAsBefore = { id: 5, name: 'works', next: 1, items: 5 }
