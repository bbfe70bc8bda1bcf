import { describe, expect, test } from 'vitest'
import { useServedDatabase } from './protocol-server.js'
import {
  ask,
  bind,
  cancelRequest,
  copyData,
  execute,
  flush,
  parse,
  query,
  sslRequest,
  startup,
  sync,
} from './raw-client.js'

const insert = query('INSERT INTO marks VALUES (1)')
const canceled = 'ERROR 57014 canceling statement due to user request'

describe('A client that is gone from one moment to the next', () => {
  const served = useServedDatabase()

  /** Somebody who looks on, and the table that there is to write into. */
  async function begin() {
    const { database } = served
    const witness = await database.client()
    await witness.told(query('DROP TABLE IF EXISTS marks; CREATE TABLE marks (id int)'))
    const marks = async () => (await witness.rows('SELECT count(*) FROM marks'))[0]
    return { database, witness, marks }
  }

  test.each<[string, readonly Buffer[]]>([
    ['before it said anything', []],
    ['in its startup packet', [startup({ user: 'postgres' }).subarray(0, 11)]],
    ['after asking for encryption', [sslRequest]],
    ['after its startup packet', [startup({ user: 'postgres', database: 'postgres' })]],
  ])('leaves nothing %s', async (_when, said) => {
    const { database } = served
    const client = await database.stranger()
    client.send(...said)
    await database.untilStates('idle')
    client.vanish()
    await database.untilStates()
  })

  test.each<[string, readonly Buffer[], string]>([
    ['in a transaction', [query('BEGIN'), insert], 'idle in transaction'],
    [
      'in a failed transaction',
      [query('BEGIN'), insert, query('SELECT 1/0')],
      'idle in transaction (aborted)',
    ],
    ['in a COPY', [query('COPY marks FROM STDIN'), copyData('1\n')], 'active'],
    [
      'in a COPY in a transaction',
      [query('BEGIN'), insert, query('COPY marks FROM STDIN'), copyData('2\n')],
      'active',
    ],
    ['in the middle of a message', [insert.subarray(0, 20)], 'idle'],
    ['with a message that was not to end', [ask('Q', 'SELECT', 1000)], 'idle'],
    [
      'in the middle of a batch',
      [parse('', 'INSERT INTO marks VALUES (1)'), bind('', ''), execute()],
      'active',
    ],
  ])('leaves nothing %s', async (_when, said, state) => {
    const { database, marks } = await begin()
    const client = await database.client()
    client.send(...said)
    await database.untilStates('idle', state)
    // What was sent last may still be on its way; it must not be done either.
    client.vanish()
    await database.untilStates('idle')
    expect(await marks()).toBe('0')
  })

  test('leaves nothing after a Flush', async () => {
    const { database, marks } = await begin()
    const client = await database.client()
    const batch = [parse('', 'INSERT INTO marks VALUES (1)'), bind('', ''), execute(), flush]
    await client.toldUntil('C', ...batch)
    client.vanish()
    expect(await marks()).toBe('0')
  })

  test('has not run what it waited to run', async () => {
    const { database, witness, marks } = await begin()
    const [one, two] = [await database.client(), await database.client()]
    await witness.told(query('BEGIN'))
    one.send(insert)
    two.send(insert)
    await database.untilStates('idle in transaction', 'waiting', 'waiting')
    one.vanish()
    await database.untilWaiting(1)
    await witness.told(query('COMMIT'))
    expect((await two.told()).at(-1)).toBe('Ready I')
    expect(await marks()).toBe('1')
  })

  test('has not run what it waited to run for advisory locks, and holds none', async () => {
    const { database, witness, marks } = await begin()
    const [waiting, next] = [await database.client(), await database.client()]
    await witness.told(query('SELECT pg_advisory_lock(7)'))
    waiting.send(query('INSERT INTO marks VALUES (1); SELECT pg_advisory_lock(7)'))
    await database.untilStates('idle', 'idle', 'waiting')
    waiting.vanish()
    await database.untilWaiting(0)
    expect(await witness.rows('SELECT pg_advisory_unlock(7)')).toEqual(['t'])
    expect(await next.rows('SELECT pg_try_advisory_lock(7)')).toEqual(['t'])
    expect(await next.rows('SELECT pg_advisory_unlock(7)')).toEqual(['t'])
    expect(await marks()).toBe('0')
  })

  test('takes its temporary tables, statements and settings with it', async () => {
    const { database, witness } = await begin()
    const client = await database.client()
    await client.told(query('CREATE TEMP TABLE passing (id int)'))
    await client.told(query("SET work_mem = '7MB'; LISTEN passing; PREPARE passing AS SELECT 1"))
    await client.told(parse('one', 'SELECT 1'), parse('two', 'SELECT 2'), sync)
    client.vanish()
    await database.untilStates('idle')
    expect(await witness.rows("SELECT to_regclass('pg_temp.passing')")).toEqual(['NULL'])
    expect(await witness.rows('SELECT name FROM pg_prepared_statements')).toEqual([])
    expect(await witness.rows('SELECT pg_listening_channels()')).toEqual([])
    expect(await witness.rows('SHOW work_mem')).not.toEqual(['7MB'])
  })

  test('is answered what it asked, where it only ends what it has to say', async () => {
    const { database } = await begin()
    const client = await database.client()
    client.send(query('SELECT 1'), query('SELECT 2'))
    client.socket.end()
    const answer = (value: number) => ['RowDescription 1', `Row ${value}`, 'SELECT 1', 'Ready I']
    expect(await client.ending()).toEqual([...answer(1), ...answer(2)])
  })
})

describe('A cancel request', () => {
  const served = useServedDatabase()

  async function cancel(pid: number, secret: number): Promise<string[]> {
    const client = await served.database.stranger()
    client.send(cancelRequest(pid, secret))
    return client.ending()
  }

  test('ends the waiting of the client that it names by its secret, and of nobody else', async () => {
    const { database } = served
    const [owner, one, two] = [
      await database.client(),
      await database.client(),
      await database.client(),
    ]
    await owner.told(query('BEGIN'))
    one.send(query('SELECT 1'))
    two.send(parse('', 'SELECT 2'), bind('', ''), execute(), sync)
    await database.untilStates('idle in transaction', 'waiting', 'waiting')
    expect(await cancel(one.pid, one.secret + 1)).toEqual([])
    expect(await cancel(one.pid + 1000, one.secret)).toEqual([])
    expect(await cancel(0, 0)).toEqual([])
    await database.untilStates('idle in transaction', 'waiting', 'waiting')
    expect(await cancel(one.pid, one.secret)).toEqual([])
    expect(await one.told()).toEqual([canceled, 'Ready I'])
    expect(await cancel(two.pid, two.secret)).toEqual([])
    expect(await two.told()).toEqual([canceled, 'Ready I'])
    await owner.told(query('COMMIT'))
    expect(await one.rows('SELECT 1')).toEqual(['1'])
  })

  test('ends a wait for advisory locks', async () => {
    const { database } = served
    const [holder, waiting] = [await database.client(), await database.client()]
    await holder.told(query('SELECT pg_advisory_lock(7)'))
    waiting.send(query('SELECT pg_advisory_lock(7)'))
    await database.untilStates('idle', 'waiting')
    await cancel(waiting.pid, waiting.secret)
    expect(await waiting.told()).toEqual([canceled, 'Ready I'])
    expect(await holder.rows('SELECT pg_advisory_unlock(7)')).toEqual(['t'])
  })

  test('leaves out what follows a canceled part of a batch, up to its Sync', async () => {
    const { database } = served
    const [owner, waiting] = [await database.client(), await database.client()]
    await owner.told(query('BEGIN'))
    waiting.send(parse('', 'SELECT 1'), flush)
    await database.untilStates('idle in transaction', 'waiting')
    await cancel(waiting.pid, waiting.secret)
    expect(await waiting.toldUntil('E')).toEqual([canceled])
    await owner.told(query('COMMIT'))
    expect(await waiting.told(bind('', ''), execute(), query('SELECT 2'), sync)).toEqual([
      'Ready I',
    ])
    expect(await waiting.rows('SELECT 3')).toEqual(['3'])
  })

  test('does nothing to a client that waits for nothing', async () => {
    const client = await served.database.client()
    await client.told(query('BEGIN'))
    await cancel(client.pid, client.secret)
    expect(await client.told(query('COMMIT'))).toEqual(['COMMIT', 'Ready I'])
  })
})
