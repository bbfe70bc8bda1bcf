import { once } from 'node:events'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { doors, openDoor } from './support-doors.js'

const database = useDatabase()

type Client = pg.Client | pg.PoolClient

/** What a client has heard so far, and a way to wait until it has heard something. */
function hearing(client: Client) {
  const heard: string[] = []
  client.on('notification', ({ channel, payload }) => heard.push(`${channel}: ${payload}`))
  return {
    heard,
    until: async (last: string) => {
      while (heard.at(-1) !== last) await once(client, 'notification')
      return heard
    },
  }
}

test.each(doors)(
  'what one client notifies, every client that listens hears once and in order through %s',
  async (name) => {
    const door = await openDoor(database.db, name)
    const clients = [await door.client(), await door.client(), await door.client()]
    const [one, other, deaf] = clients.map(hearing)
    await clients[0]!.query('LISTEN news')
    await clients[1]!.query('LISTEN news; LISTEN "More News"')
    await clients[2]!.query('LISTEN other_news')
    for (let n = 0; n < 100; n++) await door.pool.query(`NOTIFY news, '${n}'`)
    await door.pool.query("SELECT pg_notify('More News', $1)", ['quoted'])
    await door.pool.query("NOTIFY news, 'last'; NOTIFY other_news, 'last'")
    const numbers = Array.from({ length: 100 }, (_, n) => `news: ${n}`)
    expect(await one!.until('news: last')).toEqual([...numbers, 'news: last'])
    expect(await other!.until('news: last')).toEqual([
      ...numbers,
      'More News: quoted',
      'news: last',
    ])
    expect(await deaf!.until('other_news: last')).toEqual(['other_news: last'])
  },
)

test.each(doors)(
  'a client hears itself, with the number of its own session, through %s',
  async (name) => {
    const door = await openDoor(database.db, name)
    const client = await door.client()
    const messages: pg.Notification[] = []
    client.on('notification', (message) => messages.push(message))
    await client.query('LISTEN own')
    await client.query("NOTIFY own, 'from itself'")
    // A server sends it before it is ready again.
    expect(messages).toMatchObject([{ channel: 'own', payload: 'from itself' }])
    const other = await door.client()
    const heard = once(client, 'notification')
    await other.query("NOTIFY own, 'from the other'")
    await heard
    const { processID: own } = client as unknown as { processID: number }
    const { processID: others } = other as unknown as { processID: number }
    expect(messages.map(({ processId }) => processId)).toEqual([own, others])
    expect(own).not.toBe(others)
  },
)

test.each(doors)(
  'a notification comes with the commit, and with a rollback never, through %s',
  async (name) => {
    const door = await openDoor(database.db, name)
    const [listener, writer] = [await door.client(), await door.client()]
    const { heard, until } = hearing(listener)
    await listener.query('LISTEN committed')
    await writer.query('BEGIN')
    await writer.query("NOTIFY committed, 'rolled back'")
    await writer.query('ROLLBACK')
    await writer.query('BEGIN')
    await writer.query("NOTIFY committed, 'in time'")
    await writer.query('SELECT 1')
    expect(heard).toEqual([])
    await writer.query('COMMIT')
    expect(await until('committed: in time')).toEqual(['committed: in time'])
  },
)

test.each(doors)(
  'LISTEN of a transaction that is rolled back is not kept, nor UNLISTEN, through %s',
  async (name) => {
    const door = await openDoor(database.db, name)
    const client = await door.client()
    const { until } = hearing(client)
    await client.query('LISTEN kept')
    await client.query('BEGIN')
    await client.query('LISTEN not_kept')
    await client.query('UNLISTEN kept')
    await client.query('ROLLBACK')
    await door.pool.query("NOTIFY not_kept, 'a'; NOTIFY kept, 'b'")
    expect(await until('kept: b')).toEqual(['kept: b'])
    await client.query('BEGIN')
    await client.query('LISTEN not_kept')
    await client.query('UNLISTEN kept')
    await client.query('COMMIT')
    await door.pool.query("NOTIFY kept, 'c'; NOTIFY not_kept, 'd'")
    expect(await until('not_kept: d')).toEqual(['kept: b', 'not_kept: d'])
  },
)

test.each(doors)(
  'who stops listening hears no more, and the others go on, through %s',
  async (name) => {
    const door = await openDoor(database.db, name)
    const [stays, stops, leaves, discards] = [
      await door.client(),
      await door.client(),
      await door.pool.connect(),
      await door.client(),
    ]
    const [staying, stopping, discarding] = [stays, stops, discards].map(hearing)
    for (const client of [stays, stops, leaves, discards]) await client.query('LISTEN daily')
    await stops.query('UNLISTEN daily')
    await discards.query('DISCARD ALL')
    leaves.release(true)
    await door.pool.query("NOTIFY daily, 'one'")
    for (const client of [stops, discards]) await client.query('LISTEN sentinel')
    await door.pool.query("NOTIFY sentinel, 'end'; NOTIFY daily, 'two'")
    expect(await staying!.until('daily: two')).toEqual(['daily: one', 'daily: two'])
    expect(await stopping!.until('sentinel: end')).toEqual(['sentinel: end'])
    expect(await discarding!.until('sentinel: end')).toEqual(['sentinel: end'])
    const { rows } = await stays.query('SELECT pg_listening_channels() AS channel')
    expect(rows.map(({ channel }) => channel)).toContain('daily')
  },
)

test.each(doors)('PGlite itself and clients hear each other through %s', async (name) => {
  const { db } = database
  const client = await (await openDoor(db, name)).client()
  const { until } = hearing(client)
  const pgliteHeard: string[] = []
  let tellHeard = () => {}
  const told = new Promise<void>((resolve) => {
    tellHeard = resolve
  })
  const unlisten = await db.pglite.listen('between', (payload) => {
    pgliteHeard.push(payload)
    if (payload === 'last') tellHeard()
  })
  await client.query('LISTEN between')
  await db.pglite.query("NOTIFY between, 'from pglite'")
  await db.pglite.exec("NOTIFY between, 'from exec'")
  await db.pglite.transaction(async (transaction) => {
    await transaction.query("SELECT pg_notify('between', $1)", ['from its transaction'])
  })
  await client.query("NOTIFY between, 'from the client'")
  await client.query("NOTIFY between, 'last'")
  await told
  const all = ['from pglite', 'from exec', 'from its transaction', 'from the client', 'last']
  expect(pgliteHeard).toEqual(all)
  expect(await until('between: last')).toEqual(all.map((one) => `between: ${one}`))
  // One of the two stops, and the other goes on.
  await unlisten()
  await client.query("NOTIFY between, 'only for the client'")
  await db.pglite.query("NOTIFY between, 'end'")
  expect((await until('between: end')).slice(-2)).toEqual([
    'between: only for the client',
    'between: end',
  ])
  expect(pgliteHeard).toEqual(all)
})
