import { describe, expect, test } from 'vitest'
import { peers, usePeer } from './protocol-peers.js'
import {
  bind,
  copyData,
  copyDone,
  execute,
  extended,
  flush,
  parse,
  query,
  sync,
  terminate,
} from './raw-client.js'

const hello = "DO $$ BEGIN RAISE NOTICE 'hello'; END $$"

describe.each(peers)('Sessions on %s', (name) => {
  const peer = usePeer(name)

  test('have statements of their own, with the same name and without one', async () => {
    const [one, two] = [await peer.client(), await peer.client()]
    const mine = (value: number) => [
      parse('mine', `SELECT ${value}`),
      parse('', `SELECT -${value}`),
    ]
    await one.told(...mine(1), sync)
    await two.told(...mine(2), sync)
    await two.told(query('BEGIN'))
    await two.told(query('COMMIT'))
    const both = [bind('', 'mine'), execute(), sync]
    expect(await one.told(...both)).toEqual(['BindComplete', 'Row 1', 'SELECT 1', 'Ready I'])
    expect(await one.told(bind('', ''), execute(), sync)).toContain('Row -1')
    expect(await two.told(...both)).toContain('Row 2')
    await two.told(query('DISCARD ALL'))
    expect(await one.told(...both)).toContain('Row 1')
    expect(await one.told(bind('', ''), execute(), sync)).toContain('Row -1')
    await one.told(query('DEALLOCATE mine'))
    expect(await one.told(...both)).toEqual([
      'ERROR 26000 prepared statement "mine" does not exist',
      'Ready I',
    ])
  })

  test('are told of notices, by either protocol, in their place', async () => {
    const client = await peer.client()
    expect(await client.told(query(`${hello}; SELECT 1`))).toEqual([
      ...['NOTICE 00000 hello', 'DO'],
      ...['RowDescription 1', 'Row 1', 'SELECT 1', 'Ready I'],
    ])
    expect(await client.told(extended(hello))).toEqual([
      ...['ParseComplete', 'BindComplete', 'NOTICE 00000 hello', 'DO', 'Ready I'],
    ])
  })

  test('are told of settings when they have changed', async () => {
    const client = await peer.client()
    expect(await client.told(query("SET application_name = 'first'"))).toEqual([
      ...['SET', 'ParameterStatus application_name=first', 'Ready I'],
    ])
    expect(await client.told(query("SET application_name = 'first'"))).toEqual(['SET', 'Ready I'])
    const zone = extended("SELECT set_config('TimeZone', 'Asia/Tokyo', false)")
    expect(await client.told(zone)).toContain('ParameterStatus TimeZone=Asia/Tokyo')
    await client.told(query('BEGIN'))
    const inside = await client.told(query("SET application_name = 'second'"))
    const told = [...inside, ...(await client.told(query('COMMIT')))]
    expect(told.filter((one) => one.startsWith('ParameterStatus'))).toEqual([
      'ParameterStatus application_name=second',
    ])
    // Of what another session has set nobody is told, and it stays where it is.
    const other = await peer.client()
    await other.told(query("SET TimeZone = 'Europe/Rome'"))
    expect(await client.told(query('SHOW TimeZone'))).toEqual([
      ...['RowDescription 1', 'Row Asia/Tokyo', 'SHOW', 'Ready I'],
    ])
  })

  test('hear what another one sends when its transaction commits', async () => {
    const [listener, sender] = [await peer.client(), await peer.client()]
    await listener.told(query('LISTEN news'))
    await sender.told(query('NOTIFY news'))
    expect(await listener.toldUntil('A')).toEqual(['Notification news '])
    for (const end of ['ROLLBACK', 'COMMIT']) {
      await sender.told(query('BEGIN'))
      await sender.told(query(`NOTIFY news, '${end}'`))
      await sender.told(query(end))
    }
    expect(await listener.toldUntil('A')).toEqual(['Notification news COMMIT'])
    await listener.told(query('UNLISTEN news'))
    await sender.told(query('NOTIFY news'))
    expect(await listener.rows('SELECT 1')).toEqual(['1'])
    expect(await listener.told(query('SELECT 1'))).toHaveLength(4)
  })

  test('hear themselves, where LISTEN and NOTIFY are in one transaction, in either order', async () => {
    const client = await peer.client()
    const heard = (channel: string) => ['NOTIFY', `Notification ${channel} it`, 'Ready I']
    expect(await client.told(query("LISTEN one; NOTIFY one, 'it'"))).toEqual([
      'LISTEN',
      ...heard('one'),
    ])
    expect(await client.told(query("NOTIFY two, 'it'; LISTEN two"))).toEqual([
      ...['NOTIFY', 'LISTEN', 'Notification two it', 'Ready I'],
    ])
    await client.told(query('BEGIN'))
    await client.told(query('LISTEN three'))
    await client.told(query('ROLLBACK'))
    expect(await client.told(query('NOTIFY three'))).toEqual(['NOTIFY', 'Ready I'])
    expect(await client.told(query("NOTIFY one, 'it'; UNLISTEN one"))).toEqual([
      ...['NOTIFY', 'UNLISTEN', 'Ready I'],
    ])
  })

  test('hear what one sends that ends its own listening by the same transaction', async () => {
    const [listener, sender] = [await peer.client(), await peer.client()]
    await listener.told(query('LISTEN shared'))
    await sender.told(query('LISTEN shared'))
    expect(await sender.told(query("UNLISTEN shared; NOTIFY shared, 'lost'"))).toEqual([
      ...['UNLISTEN', 'NOTIFY', 'Ready I'],
    ])
    await sender.told(query("NOTIFY shared, 'heard'"))
    // The one session of a PGlite listens to nothing in between, which is a limit that is listed.
    if (name === 'PostgreSQL 18') {
      expect(await listener.toldUntil('A')).toEqual(['Notification shared lost'])
    }
    expect(await listener.toldUntil('A')).toEqual(['Notification shared heard'])
  })

  test('roll back what is open when their client says goodbye', async () => {
    const other = await peer.client()
    await other.told(query('CREATE TABLE farewell (id int)'))
    const batch = [parse('', 'INSERT INTO farewell VALUES (1)'), bind('', ''), execute()]
    const ways: readonly (readonly Buffer[])[] = [
      [query('BEGIN'), query('INSERT INTO farewell VALUES (1)')],
      [query('BEGIN'), query('INSERT INTO farewell VALUES (1)'), query('SELECT 1/0')],
      [...batch, flush],
      batch,
      [query('BEGIN'), query('COPY farewell FROM STDIN'), copyData('1\n')],
    ]
    for (const way of ways) {
      const client = await peer.client()
      client.send(...way, terminate, query('COMMIT'))
      await client.ending()
      // Nothing of it is there, and nothing of it is in the way.
      expect(await other.rows('SELECT count(*) FROM farewell')).toEqual(['0'])
      await other.rows('BEGIN; LOCK TABLE farewell; COMMIT')
    }
  })

  test('take everything that is sent at once, in its order', async () => {
    const client = await peer.client()
    client.send(
      query('CREATE TABLE torrent (id int)'),
      ...Array.from({ length: 200 }, (_, id) =>
        extended('INSERT INTO torrent VALUES ($1)', [`${id}`]),
      ),
      query('COPY torrent FROM STDIN'),
      ...Array.from({ length: 200 }, (_, id) => copyData(`${1000 + id}\n`)),
      copyDone,
    )
    for (let answer = 0; answer <= 200; answer++) await client.told()
    expect(await client.told()).toEqual(['CopyIn 1 columns', 'COPY 200', 'Ready I'])
    expect(await client.rows('SELECT count(*), sum(id) FROM torrent')).toEqual([
      `400|${(199 * 200) / 2 + 200 * 1000 + (199 * 200) / 2}`,
    ])
  })
})
