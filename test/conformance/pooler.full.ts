import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createMigrator, type Database, fromPg } from '../../src/index.js'
import { needPrograms } from '../support/programs.js'
import { type PgBouncer, startPgBouncer } from '../support/start-pgbouncer.js'
import { type ConformanceEngine, openAt } from './engine.js'
import { install, readReference } from './exercise.js'
import { exerciseOperations } from './exercise-operations.js'
import { exerciseTypes } from './exercise-types.js'
import { openDatabaseOf } from './open-database-of.js'

/** So many connections to the server are shared by four times as many clients. */
const serverConnections = 2
const clients = 8

beforeAll(() => needPrograms('pgbouncer'))

describe.each(inject('servers'))('PgBouncer in transaction mode before PostgreSQL $major', (at) => {
  let bouncer: PgBouncer
  let direct: ConformanceEngine
  let pooled: ConformanceEngine
  let databases: Database[]
  let url: string
  beforeAll(async () => {
    await readReference()
    bouncer = await startPgBouncer(at.url, { serverConnections })
    direct = await openDatabaseOf(at.url)
    databases = await install(direct, clients)
    const { rows } = await databases[0]!.query<{ name: string }>(
      'SELECT current_database()::text AS name',
    )
    url = bouncer.urlOf(rows[0]!.name)
    pooled = openAt(url)
  })
  afterAll(async () => {
    await pooled?.close()
    await direct?.close()
    await bouncer?.[Symbol.asyncDispose]()
  })

  /** What listens connects directly, and everything else goes through the pooler. */
  const through = (database: Database): Database =>
    new Proxy(pooled.database(database.schema), {
      get(target, property) {
        const value: unknown = Reflect.get(property === 'listen' ? database : target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })

  test('every operation answers as it does directly, for more clients than connections', async () => {
    const answers = await exerciseOperations(pooled, databases.map(through))
    expect(answers).toEqual((await readReference()).answers)
  })

  test('writes and reads every value of every type of the schema', async () => {
    await exerciseTypes(through(databases[0]!))
  })

  test('migrations that lose their session to it are refused, and nothing is done', async () => {
    const pool = new pg.Pool({ connectionString: url, max: clients })
    const database = fromPg(pool, { schema: 'through the pooler' })
    // Somebody else has the connection that the lock was taken on, so that the next is another.
    const holders = [await pool.connect(), await pool.connect()] as const
    try {
      await holders[0].query('BEGIN')
      const migrating = createMigrator(busyAfterLock(database, holders)).up()
      await expect(migrating).rejects.toMatchObject({
        code: 'pooler_refused',
        message: expect.stringContaining('connect directly to PostgreSQL'),
      })
    } finally {
      for (const holder of holders) {
        await holder.query('ROLLBACK')
        holder.release()
      }
      await pool.end()
    }
  })
})

/** Lets other clients change places once the lock of migrations was taken. */
function busyAfterLock(database: Database, [first, second]: readonly [Client, Client]): Database {
  return new Proxy(database, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (property !== 'withSession') {
        return typeof value === 'function' ? value.bind(target) : value
      }
      return (work: (session: unknown) => Promise<unknown>) =>
        database.withSession((session) =>
          work(
            new Proxy(session, {
              get(own, name) {
                const member: unknown = Reflect.get(own, name)
                if (typeof member !== 'function') return member
                if (name !== 'query') return member.bind(own)
                return async (text: string, values?: readonly unknown[]) => {
                  const answer = await own.query(text, values)
                  if (text.includes('pg_try_advisory_lock')) {
                    await second.query('BEGIN')
                    await first.query('ROLLBACK')
                  }
                  return answer
                }
              },
            }),
          ),
        )
    },
  })
}

type Client = pg.PoolClient
