import { answered, type RewindKind } from './rewind-kind.js'

const inTransaction: RewindKind['seen'] = async ({ pglite }) => pglite.isInTransaction()

/** Settings, locks, transactions and what else a session has. */
export const sessionKinds: readonly RewindKind[] = [
  {
    what: 'SET of the search path',
    dirty: 'SET search_path = shop',
    seen: "SELECT to_regclass('items') IS NOT NULL",
  },
  {
    what: 'SET of the time zone and of how values are printed',
    dirty: "SET TimeZone = 'Asia/Kolkata'; SET IntervalStyle = 'iso_8601'; SET lc_messages = 'C'",
    seen: "SELECT current_setting('TimeZone') = 'Asia/Kolkata'",
  },
  {
    what: 'a setting of a name of one own',
    dirty: "SET my.new = 'yes'",
    seen: "SELECT current_setting('my.new') = 'yes'",
  },
  {
    what: 'RESET ALL and DISCARD ALL',
    dirty: async ({ pglite }) => {
      await pglite.exec("SET work_mem = '3MB'; RESET ALL; SET my.two = 'b'; LISTEN news")
      await pglite.exec('DISCARD ALL')
    },
    seen: "SELECT current_setting('my.two') = ''",
  },
  {
    what: 'SET ROLE',
    dirty: 'SET ROLE digest_one',
    seen: "SELECT current_user = 'digest_one'",
  },
  {
    what: 'SET SESSION AUTHORIZATION',
    dirty: 'SET SESSION AUTHORIZATION digest_one',
    seen: "SELECT session_user = 'digest_one'",
  },
  {
    what: 'a session that only reads',
    dirty: 'SET default_transaction_read_only = on',
    seen: "SELECT current_setting('transaction_read_only') = 'on'",
  },
  {
    what: 'temporary tables, views and functions',
    dirty: `CREATE TEMP TABLE items AS SELECT 1 AS temporary;
      CREATE TEMP VIEW seen AS SELECT * FROM pg_temp.items;
      CREATE FUNCTION pg_temp.three() RETURNS int LANGUAGE sql AS 'SELECT 3'`,
    seen: 'SELECT temporary = 1 FROM pg_temp.seen',
  },
  {
    what: 'a temporary table in an open transaction',
    dirty: 'BEGIN; CREATE TEMP TABLE short ON COMMIT DROP AS SELECT 1 AS n',
    seen: answered('SELECT n FROM pg_temp.short'),
  },
  {
    what: 'prepared statements that have a plan',
    dirty: `PREPARE find (bigint) AS SELECT * FROM shop.items WHERE id = $1;
      ${'EXECUTE find(1);'.repeat(8)}`,
    seen: "SELECT generic_plans > 0 FROM pg_prepared_statements WHERE name = 'find'",
  },
  {
    what: 'LISTEN, and news that nobody read',
    dirty: "LISTEN news; NOTIFY news, 'one'; NOTIFY other, 'two'",
    seen: "SELECT 'news' IN (SELECT pg_listening_channels())",
  },
  {
    what: 'advisory locks of the session',
    dirty: `SELECT pg_advisory_lock(n), pg_advisory_lock_shared(n, n)
      FROM generate_series(1, 50) n`,
    seen: "SELECT count(*) = 100 FROM pg_locks WHERE locktype = 'advisory'",
  },
  {
    what: 'a lock of a table and of a transaction',
    dirty: 'BEGIN; LOCK TABLE shop.items; SELECT pg_advisory_xact_lock(7)',
    seen: "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7",
  },
  {
    what: 'a cursor that outlived its transaction',
    dirty: `BEGIN; DECLARE held CURSOR WITH HOLD FOR SELECT * FROM shop.items; COMMIT;
      FETCH 1 FROM held`,
    seen: "SELECT count(*) = 1 FROM pg_cursors WHERE name = 'held'",
  },
  {
    what: 'an open cursor that was read from',
    dirty: `BEGIN; DECLARE open SCROLL CURSOR FOR SELECT * FROM generate_series(1, 9);
      FETCH 3 FROM open`,
    seen: "SELECT count(*) = 1 FROM pg_cursors WHERE name = 'open'",
  },
  {
    what: 'an open transaction that wrote',
    dirty: 'BEGIN; UPDATE shop.items SET price = 0; CREATE TABLE inside (n int)',
    seen: inTransaction,
  },
  {
    what: 'an open transaction with savepoints',
    dirty: `BEGIN ISOLATION LEVEL SERIALIZABLE; SAVEPOINT one; DELETE FROM shop.orders;
      SAVEPOINT two; DROP TABLE shop.nothing`,
    seen: inTransaction,
  },
  {
    what: 'a transaction that is for reading, with SET LOCAL',
    dirty: "BEGIN READ ONLY; SET LOCAL statement_timeout = '7s'",
    seen: "SELECT current_setting('statement_timeout') = '7s'",
  },
  {
    what: 'a failed transaction',
    dirty: ({ pglite }) =>
      pglite.exec('BEGIN; DELETE FROM shop.orders; SELECT 1 / 0').catch(() => {}),
    seen: ({ pglite }) =>
      pglite.exec('SELECT 1').then(
        () => false,
        ({ code }) => code === '25P02',
      ),
  },
  {
    what: 'a failed transaction that was rolled back to a savepoint',
    dirty: async ({ pglite }) => {
      await pglite.exec('BEGIN; SAVEPOINT one; SELECT 1 / 0').catch(() => {})
      await pglite.exec('ROLLBACK TO one; DELETE FROM shop.orders')
    },
    seen: inTransaction,
  },
  {
    what: 'a deferred constraint that is about to fail',
    dirty: `BEGIN; CREATE TABLE late (n int REFERENCES shop.items DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO late VALUES (999)`,
    seen: ({ pglite }) =>
      pglite.exec('SET CONSTRAINTS ALL IMMEDIATE').then(
        () => false,
        ({ code }) => code === '23503',
      ),
  },
  {
    what: 'a deferred constraint that failed at COMMIT',
    dirty: async ({ pglite }) => {
      await pglite.exec(
        'CREATE TABLE late (n bigint REFERENCES shop.items DEFERRABLE INITIALLY DEFERRED)',
      )
      const commit = pglite.exec('BEGIN; INSERT INTO late VALUES (999); COMMIT')
      await commit.catch(({ code }) => code === '23503' || Promise.reject(code))
    },
    seen: answered('SELECT n FROM late RIGHT JOIN (SELECT 1) one ON true'),
  },
  {
    what: 'numbers that setseed decides',
    dirty: 'SELECT setseed(0.25)',
    seen: 'SELECT random() = 0.19726358498438978',
  },
  {
    what: 'timeouts of statements, locks and sessions',
    dirty: `SET statement_timeout = '60s'; SET lock_timeout = '50s'; SET idle_session_timeout = '70s';
      SET transaction_timeout = '80s'; BEGIN; SELECT 1`,
    seen: "SELECT current_setting('lock_timeout') = '50s'",
  },
]
