import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { addMessages, type Database, fromPg, push } from '../../src/index.js'
import { makeAgent } from '../context/make-agent.js'
import { makeFile } from '../context/make-resources.js'
import { makeWorld } from '../context/make-world.js'
import { useEngine } from '../support/engines.js'
import { serverUrl } from '../support/server-url.js'
import { urlWith } from '../support/url-with.js'
import { type CuttableNetwork, openCuttableNetwork } from './cut-connection.js'

/** The full run has every major; the newest is enough for what the driver and we do ourselves. */
const majors = inject('servers')
  .map(({ major }) => major)
  .slice(process.env.DRIFTPIN_FULL ? 0 : -1)

describe.each(majors)('a connection to PostgreSQL %s that is lost', (major) => {
  const engine = useEngine(`PostgreSQL ${major}` as 'PostgreSQL 14')
  let direct: Database
  let network: CuttableNetwork
  let pool: pg.Pool
  let database: Database
  let losses = 0
  const insert = 'INSERT INTO lost VALUES (1)'
  const written = async () => (await direct.query('SELECT n FROM lost')).rows.length
  const insertOne = () => database.transaction((transaction) => transaction.script(insert))

  beforeAll(async () => {
    direct = await engine.install()
    const { rows } = await direct.query<{ name: string }>('SELECT current_database() AS name')
    const url = serverUrl(major)
    network = await openCuttableNetwork(url)
    const connectionString = urlWith(network.url, { pathname: `/${rows[0]!.name}` })
    pool = new pg.Pool({ connectionString, max: 2 })
    pool.on('error', () => {})
    pool.on('connect', (client) => {
      client.on('error', () => {
        losses += 1
      })
    })
    database = fromPg(pool, { schema: direct.schema })
    await direct.script('CREATE TABLE lost (n int)')
    return async () => {
      await pool.end()
      await network[Symbol.asyncDispose]()
    }
  })
  afterAll(() => direct.script('DROP TABLE lost'))
  beforeEach(async () => {
    await direct.script('TRUNCATE lost')
    network.texts.length = 0
  })

  const commits = () => network.texts.filter((text) => text === 'COMMIT').length

  test("before its commit has written nothing, and the error is the driver's", async () => {
    for (const at of ['request', 'answer'] as const) {
      network.cut = { statement: insert, at }
      const error = await insertOne().catch((error) => error)
      expect(error).toBeInstanceOf(Error)
      expect(error).not.toMatchObject({ name: 'DriftpinError' })
    }
    expect({ written: await written(), commits: commits() }).toEqual({ written: 0, commits: 0 })
  })

  test('between its last statement and its commit is sent none', async () => {
    const run = database.transaction(async (transaction) => {
      await transaction.script(insert)
      const { rows } = await transaction.query('SELECT pg_backend_pid() AS pid')
      const before = losses
      await direct.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid])
      await vi.waitFor(() => expect(losses).toBeGreaterThan(before))
    })
    await expect(run).rejects.toMatchObject({ code: '57P01' })
    expect({ written: await written(), commits: commits() }).toEqual({ written: 0, commits: 0 })
  })

  test('with its commit under way has an unknown outcome, whichever it is', async () => {
    for (const [at, outcome] of [
      ['request', 0],
      ['answer', 1],
    ] as const) {
      network.cut = { statement: 'COMMIT', at }
      const error = await insertOne().catch((error) => error)
      expect(error).toMatchObject({ code: 'outcome_unknown', cause: expect.any(Error) })
      expect(await written()).toBe(outcome)
    }
    expect(commits()).toBe(2)
  })

  test('for good, by a server that ends it in its commit, has an unknown outcome', async () => {
    await direct.script(`
      CREATE FUNCTION "${direct.schema}".sleep_at_commit() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON lost DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION "${direct.schema}".sleep_at_commit()`)
    const run = insertOne().catch((error) => error)
    await vi.waitFor(async () => {
      const ended = await direct.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query = 'COMMIT' AND wait_event = 'PgSleep'`,
      )
      expect(ended.rows).toHaveLength(1)
    })
    expect(await run).toMatchObject({ code: 'outcome_unknown', cause: { code: '57P01' } })
    await direct.script('DROP TRIGGER slow ON lost')
    expect(await written()).toBe(0)
  })

  test('while its commit is refused is not what happened: the refusal passes', async () => {
    await direct.script(`
      CREATE TABLE keyed (n int, CONSTRAINT keyed_once UNIQUE (n) DEFERRABLE INITIALLY DEFERRED)`)
    const run = database.transaction((one) => one.script('INSERT INTO keyed VALUES (1), (1)'))
    await expect(run).rejects.toMatchObject({ code: '23505' })
    await direct.script('DROP TABLE keyed')
  })

  test('while listening begins rejects, and is told once', async () => {
    const errors: unknown[] = []
    const onError = (error: unknown) => void errors.push(error)
    for (const at of ['request', 'answer'] as const) {
      network.cut = { statement: 'LISTEN "cut"', at }
      await expect(database.listen('cut', () => {})).rejects.toBeInstanceOf(Error)
      network.cut = { statement: 'LISTEN "cut"', at }
      await expect(database.listen('cut', () => {}, { onError })).rejects.toBeInstanceOf(Error)
    }
    expect({ errors, idle: pool.idleCount }).toEqual({ errors: [], idle: pool.totalCount })
  })

  test('while it is asked whether it is in a transaction is not said to be in one', async () => {
    network.cut = { statement: 'SAVEPOINT driftpin', at: 'request' }
    const error = await database.script(`BEGIN; ${insert}; COMMIT`).catch((error) => error)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toMatchObject({ name: 'DriftpinError' })
    expect(await written()).toBe(0)
  })

  test('is not tried again, and a push of unknown outcome can be repeated', async () => {
    const { agentId } = await makeAgent(direct)
    const report = { agentId, version: 1, resources: [makeFile('/shop/AGENTS.md')] }
    const commitOf = { statement: 'COMMIT', at: 'request' } as const
    network.cut = commitOf
    await expect(push(database, report)).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(commits()).toBe(1)
    network.cut = { ...commitOf, at: 'answer' }
    await expect(push(database, report)).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(await push(database, report)).toMatchObject({ accepted: false })
  })

  test('in what cannot be repeated leaves it done once or not at all', async () => {
    const { chatId, ownerId } = await makeWorld(direct)
    const add = () => addMessages(database, { chatId, ownerId, messages: [{ role: 'user' }] })
    const count = async () => {
      const text = `SELECT FROM "${direct.schema}".chat_messages WHERE chat_id = $1`
      return (await direct.query(text, [chatId])).rows.length
    }
    for (const [at, outcome] of [
      ['request', 0],
      ['answer', 1],
    ] as const) {
      network.cut = { statement: 'COMMIT', at }
      await expect(add()).rejects.toMatchObject({ code: 'outcome_unknown' })
      expect(await count()).toBe(outcome)
    }
  })
})
