import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openPool } from '../../src/connections.js'
import { type EmbeddedTestDatabase, openHarness } from '../../src/harness/index.js'
import { openTestWorker } from '../../src/harness/test-worker.js'
import {
  createChat,
  createMigrator,
  fromPGlite,
  fromPg,
  readMigrations,
  refresh,
} from '../../src/index.js'
import { readme, repository } from './run-fence.js'

const sql = join(repository, 'src/migrations/sql')
let db: EmbeddedTestDatabase
const ownerId = crypto.randomUUID()

beforeAll(async () => {
  const harness = await openHarness()
  db = await harness.createDatabase()
  return () => harness.close()
})
afterAll(() => db.close())

/** What leads to each error that a question of the README is headed by. */
const provoked: Record<string, () => Promise<unknown>> = {
  'relation "public.chats" does not exist': async () => {
    await db.pglite.exec('ALTER SCHEMA public RENAME TO moved; CREATE SCHEMA public')
    const back = 'DROP SCHEMA public; ALTER SCHEMA moved RENAME TO public'
    await createChat(db, { ownerId }).finally(() => db.pglite.exec(back))
  },
  'The database is newer than this code': async () => {
    const migrations = (await readMigrations(sql)).slice(0, -1)
    await createMigrator(db, { migrations }).up()
  },
  'was changed after it was applied': async () => {
    const [first, ...others] = await readMigrations(sql)
    const up = { ...first!.up, text: `${first!.up.text}\nSELECT 1;` }
    await createMigrator(db, { migrations: [{ ...first!, up }, ...others] }).up()
  },
  'is bound to no agent, or to one that has not pushed yet': async () => {
    const { chat } = await createChat(db, { ownerId })
    await refresh(db, { chatId: chat.id })
  },
  'This statement would wait forever: the transaction around it holds the only connection':
    async () => {
      const database = fromPGlite(db.pglite)
      await database.transaction(() => database.query('SELECT 1'))
    },
  'This transaction is at REPEATABLE READ, where the operation could miss what others commit': () =>
    db.transaction((transaction) => createChat(transaction, { ownerId }), {
      isolation: 'repeatable read',
    }),
  'ended with an open transaction': async () => {
    const worker = await openTestWorker({ keepFailed: false })
    const given = await worker.begin('rewind')
    await (given.db as EmbeddedTestDatabase).pglite.exec('BEGIN')
    await given.end({ name: 'a test', hasFailed: false })
  },
  'ms for the only session': async () => {
    const pool = openPool(db.pglite, { waitMsMax: 50 })
    const holder = await pool.connect()
    try {
      await holder.query('BEGIN')
      await pool.query('SELECT 1')
    } finally {
      await holder.query('ROLLBACK')
      holder.release()
      await pool.end()
    }
  },
  'The connection was lost while the transaction was being committed': async () => {
    const pool = new pg.Pool({ connectionString: inject('servers').at(-1)!.url })
    pool.on('error', () => {})
    const name = `lost_${process.pid}`
    try {
      await pool.query(`CREATE SCHEMA ${name} CREATE TABLE rows (n int);
        CREATE FUNCTION ${name}.leave() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON ${name}.rows DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION ${name}.leave()`)
      await fromPg(pool).transaction((transaction) =>
        transaction.query(`INSERT INTO ${name}.rows VALUES (1)`),
      )
    } finally {
      await pool.query(`DROP SCHEMA ${name} CASCADE`)
      await pool.end()
    }
  },
}

const section = readme.slice(readme.indexOf('## Questions'), readme.indexOf('## Numbers'))
const questions = [...section.matchAll(/^\*\*`(.+?)`\*\*/gms)].map(([, heading]) =>
  heading!.replaceAll('\n', ' '),
)

test.each(questions)('the error %j of the README is what is really said', async (heading) => {
  const error = await provoked[heading]!().then(
    () => undefined,
    (error: Error) => error,
  )
  expect(error?.message).toContain(heading)
})

test('each error that is provoked here has its question', () => {
  expect(questions.toSorted()).toEqual(Object.keys(provoked).toSorted())
})
