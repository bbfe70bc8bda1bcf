import { describe, expect, test } from 'vitest'
import { peers, usePeer } from './protocol-peers.js'
import { useServedDatabase } from './protocol-server.js'
import {
  bind,
  copyData,
  copyDone,
  execute,
  flush,
  parse,
  query,
  type RawClient,
  sync,
} from './raw-client.js'

const divided = 'SELECT 10 / (5 - n) FROM generate_series(1, 7) AS n'
const byZero = 'ERROR 22012 division by zero'
const aborted =
  'ERROR 25P02 current transaction is aborted, commands ignored until end of transaction block'

/** Fails once some of its rows have been fetched, and sends no Sync, as node-postgres does. */
async function failHalfWay(client: RawClient): Promise<void> {
  client.send(parse('', divided), bind('', ''), execute('', 2), flush)
  expect(await client.toldUntil('s')).toContain('Row 2')
  expect(await client.toldUntil('E', execute('', 9), flush)).toContain(byZero)
}

describe.each(peers)('After an error without Sync, %s', (name) => {
  const peer = usePeer(name)

  test('ignores everything up to the Sync, and has rolled back what came before', async () => {
    const client = await peer.client()
    await client.told(query('CREATE TABLE half_way (n int)'))
    client.send(parse('', 'INSERT INTO half_way VALUES (1)'), bind('', ''), execute(), flush)
    await client.until('C')
    await client.toldUntil('E', parse('', 'SELECT 1 / 0'), bind('', ''), execute(), flush)
    client.send(query('INSERT INTO half_way VALUES (2)'), parse('', 'SELECT 1'), flush)
    expect(await client.told(sync)).toEqual(['Ready I'])
    expect(await client.rows('SELECT count(*) FROM half_way')).toEqual(['0'])
  })

  test('keeps the transaction around it failed', async () => {
    const client = await peer.client()
    await client.told(query('BEGIN'))
    await failHalfWay(client)
    expect(await client.told(sync)).toEqual(['Ready E'])
    expect(await client.told(query('SELECT 1'))).toEqual([aborted, 'Ready E'])
    expect(await client.told(parse('', 'SELECT 2'), sync)).toEqual([aborted, 'Ready E'])
    expect(await client.told(query('COMMIT'))).toEqual(['ROLLBACK', 'Ready I'])
    expect(await client.rows('SELECT 3')).toEqual(['3'])
  })
})

describe.each(peers)('A transaction that has failed on %s', (name) => {
  const peer = usePeer(name)
  const begun = async (begin = 'BEGIN') => {
    const client = await peer.client()
    await client.told(query(begin))
    expect(await client.told(query('SELECT 1 / 0'))).toEqual([byZero, 'Ready E'])
    return client
  }

  test('refuses all but its end, however it is asked', async () => {
    const client = await begun()
    expect(await client.told(query('SELECT 1; ROLLBACK'))).toEqual([aborted, 'Ready E'])
    expect(await client.told(query('SAVEPOINT late'))).toEqual([aborted, 'Ready E'])
    expect(await client.told(query('ROLLBACK TO SAVEPOINT none'))).toEqual([
      'ERROR 3B001 savepoint "none" does not exist',
      'Ready E',
    ])
    expect(await client.told(parse('end', 'ROLLBACK'), sync)).toEqual(['ParseComplete', 'Ready E'])
    expect(await client.told(query('not SQL'))).toEqual([
      'ERROR 42601 syntax error at or near "not"',
      'Ready E',
    ])
    expect(await client.told(bind('', 'end'), execute(), sync)).toEqual([
      'BindComplete',
      'ROLLBACK',
      'Ready I',
    ])
  })

  test('ends in the middle of a query, which goes on behind the end', async () => {
    const client = await begun()
    expect(await client.told(query('ROLLBACK; SELECT 4'))).toEqual([
      ...['ROLLBACK', 'RowDescription 1', 'Row 4', 'SELECT 1', 'Ready I'],
    ])
  })

  test('goes on from a savepoint', async () => {
    const client = await peer.client()
    await client.told(query('BEGIN'))
    await client.told(query('CREATE TABLE saved (n int); SAVEPOINT here'))
    expect(await client.told(query('SELECT 1 / 0'))).toEqual([byZero, 'Ready E'])
    expect(await client.told(query('ROLLBACK TO here'))).toEqual(['ROLLBACK', 'Ready T'])
    expect(await client.rows('SELECT count(*) FROM saved')).toEqual(['0'])
    expect(await client.told(query('COMMIT'))).toEqual(['COMMIT', 'Ready I'])
    await client.told(query('DROP TABLE saved'))
  })

  test('is followed by another with the characteristics of any other', async () => {
    const client = await begun(
      '/* why */ START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY',
    )
    expect(await client.told(query('SELECT 1'))).toEqual([aborted, 'Ready E'])
    expect(await client.told(query('ROLLBACK AND CHAIN'))).toEqual(['ROLLBACK', 'Ready T'])
    expect(await client.rows('SHOW transaction_isolation')).toEqual(['read committed'])
    expect(await client.rows('SHOW transaction_read_only')).toEqual(['off'])
    await client.told(query('COMMIT'))
  })

  test('has taken back what it set, and listens to nothing that it asked for', async () => {
    const client = await peer.client()
    await client.told(query("SET application_name = 'before'"))
    await client.told(query('BEGIN'))
    await client.told(query("SET application_name = 'inside'; LISTEN lost"))
    await client.told(query('SELECT 1 / 0'))
    await client.told(query('ROLLBACK'))
    expect(await client.rows('SHOW application_name')).toEqual(['before'])
    expect(await client.rows('SELECT count(*) FROM pg_listening_channels()')).toEqual(['0'])
  })
})

/** Clients that have begun something, and neither end it nor go. */
const unfinished: readonly [string, string, (client: RawClient) => unknown][] = [
  ['has had an error, and sends no Sync', 'active', failHalfWay],
  [
    'has had an error in a transaction, and sends no Sync',
    'active',
    async (client) => {
      await client.told(query('BEGIN; LOCK TABLE shared'))
      await failHalfWay(client)
    },
  ],
  [
    'does not end a transaction that has failed',
    'idle in transaction (aborted)',
    async (client) => {
      await client.told(query('BEGIN; LOCK TABLE shared'))
      await client.told(query('SELECT 1 / 0'))
    },
  ],
  [
    'does not end the data of a COPY',
    'active',
    async (client) => {
      await client.toldUntil('G', query('COPY shared FROM STDIN'))
      client.send(copyData('1\n'))
    },
  ],
  [
    'does not end the data of a COPY by the extended protocol',
    'active',
    async (client) => {
      client.send(parse('', 'COPY shared FROM STDIN'), bind('', ''), execute(), flush)
      await client.until('G')
      client.send(copyData('1\n'))
    },
  ],
  [
    'sends the half of a message',
    'idle',
    (client) => client.send(query('SELECT 1').subarray(0, 7)),
  ],
  ['sends no more than a Parse', 'active', (client) => client.send(parse('', 'SELECT 1'))],
  [
    'sends everything but the Sync',
    'active',
    (client) => client.send(parse('', 'LOCK TABLE shared'), bind('', ''), execute()),
  ],
  [
    'does not read what it has asked for',
    'active',
    (client) => {
      client.socket.pause()
      client.send(query("SELECT repeat('x', 1000000) FROM generate_series(1, 24)"))
    },
  ],
]

describe('Nobody waits for a client that', () => {
  const served = useServedDatabase({ waitMsMax: 2000 })

  test.each(unfinished)('%s, and it is called %s', async (_what, state, begin) => {
    const { database } = served
    const witness = await database.client()
    await witness.told(query('CREATE TABLE IF NOT EXISTS shared (n int); TRUNCATE shared'))
    const client = await database.client()
    await begin(client)
    await database.untilStates('idle', state)
    // Also not one that comes now.
    const later = await database.client()
    for (const other of [witness, later]) {
      expect(await other.told(query('INSERT INTO shared VALUES (2)'))).toEqual([
        'INSERT 0 1',
        'Ready I',
      ])
    }
    await database.untilStates('idle', 'idle', state)
  })

  test('has had an error, and which goes on when it sends the Sync', async () => {
    const { database } = served
    const [client, other] = [await database.client(), await database.client()]
    await failHalfWay(client)
    await other.told(query("SET application_name = 'other'"))
    expect(await client.told(sync)).toEqual(['Ready I'])
    await client.told(query('BEGIN'))
    await failHalfWay(client)
    expect(await other.rows('SELECT 1')).toEqual(['1'])
    expect(await client.told(sync)).toEqual(['Ready E'])
    expect(await other.rows('SELECT 2')).toEqual(['2'])
    expect(await client.told(query('SELECT 3'))).toEqual([aborted, 'Ready E'])
    expect(await other.rows('SELECT 4')).toEqual(['4'])
    expect(await client.told(query('ROLLBACK'))).toEqual(['ROLLBACK', 'Ready I'])
    expect(await client.rows('SELECT 5')).toEqual(['5'])
    expect(await other.rows('SHOW application_name')).toEqual(['other'])
  })

  test('has a COPY to end, which loads what it has sent in the end', async () => {
    const { database } = served
    const [client, other] = [await database.client(), await database.client()]
    await other.told(query('CREATE TABLE IF NOT EXISTS loaded (n int)'))
    await client.toldUntil('G', query('COPY loaded FROM STDIN'))
    client.send(copyData('1\n'))
    expect(await other.told(query('INSERT INTO loaded VALUES (2)'))).toContain('INSERT 0 1')
    expect(await client.told(copyData('3\n'), copyDone)).toEqual(['COPY 2', 'Ready I'])
    expect(await other.rows('SELECT sum(n) FROM loaded')).toEqual(['6'])
  })
})
