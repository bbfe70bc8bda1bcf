import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { type Database, fromPg } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

const engines = engineNames.map(useEngine)

describe.each(engines)('listening on $name', (engine) => {
  const notify = (database: Pick<Database, 'query'>, channel: string, payload: string) =>
    database.query('SELECT pg_notify($1, $2)', [channel, payload])

  /** What a listener hears, up to a last word that is sent now. */
  async function heardUntilNow(channel: string, heard: string[]): Promise<string[]> {
    await notify(engine.database('public'), channel, 'now')
    await vi.waitFor(() => expect(heard).toContain('now'))
    return heard.splice(0).filter((payload) => payload !== 'now')
  }

  test.each(['plain', 'Upper Case', 'with "quotes"', "it's; --", '"', 'x'.repeat(63), 'ünïcödé'])(
    'a payload arrives on the channel %s, and on no other',
    async (channel) => {
      const database = engine.database('public')
      const heard: string[] = []
      const stop = await database.listen(channel, (payload) => heard.push(payload))
      await notify(database, 'another', 'elsewhere')
      if (channel !== channel.toLowerCase()) await notify(database, channel.toLowerCase(), 'lower')
      await notify(database, channel, '')
      await notify(database, channel, '{"a": 1}')
      expect(await heardUntilNow(channel, heard)).toEqual(['', '{"a": 1}'])
      await stop()
    },
  )

  test('a payload arrives after the commit, and never after a rollback', async () => {
    const database = engine.database('public')
    const heard: string[] = []
    const stop = await database.listen('commits', (payload) => heard.push(payload))
    await database.transaction(async (transaction) => {
      await notify(transaction, 'commits', 'first')
      await transaction.query('SELECT pg_sleep(0.02)')
      await new Promise((resolve) => setImmediate(resolve))
      expect(heard).toEqual([])
      const undone = transaction.transaction(async (inner) => {
        await notify(inner, 'commits', 'undone')
        throw new Error('undo')
      })
      await expect(undone).rejects.toThrow('undo')
    })
    const failed = database.transaction(async (transaction) => {
      await notify(transaction, 'commits', 'never')
      throw new Error('roll back')
    })
    await expect(failed).rejects.toThrow('roll back')
    expect(await heardUntilNow('commits', heard)).toEqual(['first'])
    await stop()
  })

  test('a stopped listener hears nothing more, and stopping twice is fine', async () => {
    const database = engine.database('public')
    const [first, second]: [string[], string[]] = [[], []]
    const stopFirst = await database.listen('stops', (payload) => first.push(payload))
    const stopSecond = await database.listen('stops', (payload) => second.push(payload))
    await notify(database, 'stops', 'both')
    expect(await heardUntilNow('stops', second)).toEqual(['both'])
    await vi.waitFor(() => expect(first).toEqual(['both', 'now']))
    await stopFirst()
    await stopFirst()
    await notify(database, 'stops', 'one')
    expect(await heardUntilNow('stops', second)).toEqual(['one'])
    expect(first).toEqual(['both', 'now'])
    await stopSecond()
  })

  test('a handler may use the database, even when its own process notified', async () => {
    const database = engine.database('public')
    const answers: Promise<unknown>[] = []
    const stop = await database.listen('handlers', () => {
      answers.push(database.query('SELECT 1 AS one').then(({ rows }) => rows))
    })
    await database.transaction((transaction) => notify(transaction, 'handlers', 'go'))
    await vi.waitFor(() => expect(answers).toHaveLength(1))
    expect(await answers[0]).toEqual([{ one: 1 }])
    await stop()
  })

  test('a channel name that PostgreSQL would cut is refused', async () => {
    const listening = engine.database('public').listen('x'.repeat(64), () => {})
    await expect(listening).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('listening on one connection', () => {
  const client = () => new pg.Client({ connectionString: inject('servers').at(-1)!.url })

  test('two listeners of one client and one channel stop one by one', async () => {
    const one = client()
    await one.connect()
    const database = fromPg(one)
    const heard: string[] = []
    const stopFirst = await database.listen('shared', () => {})
    const stopSecond = await database.listen('shared', (payload) => heard.push(payload))
    await stopFirst()
    await database.query("SELECT pg_notify('shared', 'still here')")
    await vi.waitFor(() => expect(heard).toEqual(['still here']))
    await stopSecond()
    const { rows } = await database.query('SELECT pg_listening_channels()')
    expect(rows).toEqual([])
    expect(one.listenerCount('notification')).toBe(0)
    await one.end()
  })

  test('a pool with one connection cannot listen, as nothing else would ever run', async () => {
    const pool = new pg.Pool({ connectionString: inject('servers').at(-1)!.url, max: 1 })
    const database = fromPg(pool)
    await expect(database.listen('x', () => {})).rejects.toMatchObject({ code: 'invalid_input' })
    await database.query('SELECT 1')
    await pool.end()
  })
})

describe.each(['a PGlite', 'a client'])('listening within a transaction of %s', (name) => {
  let database: Database
  let close: () => Promise<void>
  beforeAll(async () => {
    if (name === 'a PGlite') {
      database = engines[0]!.database('public')
      close = async () => {}
    } else {
      const client = new pg.Client({ connectionString: inject('servers').at(-1)!.url })
      await client.connect()
      database = fromPg(client)
      close = () => client.end()
    }
  })
  afterAll(() => close())

  test('starting and stopping there would wait for itself, and says so', async () => {
    const accused = { code: 'waits_for_itself' }
    const start = database.transaction(() => database.listen('inside', () => {}))
    await expect(start).rejects.toMatchObject(accused)
    const stop = await database.listen('inside', () => {})
    await expect(database.transaction(stop)).rejects.toMatchObject(accused)
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})
