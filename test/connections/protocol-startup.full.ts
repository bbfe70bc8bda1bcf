import { describe, expect, test } from 'vitest'
import { useServedDatabase } from './protocol-server.js'
import { type ServerMessage, wordsOf } from './protocol-words.js'
import { ask, gssRequest, int32, password, query, sslRequest, startup, sync } from './raw-client.js'

const identity = { user: 'postgres', database: 'postgres' }

describe('The beginning of a connection', () => {
  const served = useServedDatabase({ password: 'a secret é' })
  const open = useServedDatabase()

  /** What a client is told that begins with these bytes. */
  async function begin(...bytes: Buffer[]) {
    const client = await open.database.stranger()
    client.send(...bytes)
    return client
  }

  test('tells who is there, what is set, and a key of its own for each client', async () => {
    const client = await begin(startup(identity))
    const words = (await client.ready()).map(wordsOf)
    expect(words[0]).toBe('Authentication 0')
    expect(words.at(-1)).toBe('Ready I')
    expect(words.at(-2)).toBe('K of 8 bytes')
    const [version] = await client.rows('SHOW server_version')
    expect(words).toEqual(
      expect.arrayContaining([
        `ParameterStatus server_version=${version}`,
        'ParameterStatus client_encoding=UTF8',
        'ParameterStatus standard_conforming_strings=on',
        'ParameterStatus integer_datetimes=on',
        'ParameterStatus DateStyle=ISO, MDY',
        'ParameterStatus is_superuser=on',
        'ParameterStatus session_authorization=postgres',
      ]),
    )
    const [one, two] = [await open.database.client(), await open.database.client()]
    expect(one.pid).not.toBe(two.pid)
    expect(one.secret).not.toBe(two.secret)
  })

  test('declines encryption of either kind, and goes on', async () => {
    const client = await begin(sslRequest)
    expect((await client.bytes(1)).toString()).toBe('N')
    client.send(gssRequest)
    expect((await client.bytes(1)).toString()).toBe('N')
    client.send(startup(identity))
    expect((await client.told()).at(-1)).toBe('Ready I')
    // A client may be sure of what it will be told.
    const hasty = await begin(sslRequest, startup(identity), query('SELECT 1'))
    expect((await hasty.bytes(1)).toString()).toBe('N')
    expect((await hasty.told()).at(-1)).toBe('Ready I')
    expect(await hasty.told()).toContain('Row 1')
  })

  test('takes a start that comes byte by byte', async () => {
    const client = await begin()
    for (const byte of Buffer.concat([startup(identity), query('SELECT 1')])) {
      client.send(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await client.told()).at(-1)).toBe('Ready I')
    expect(await client.told()).toContain('Row 1')
  })

  test('agrees on version 3.0 with a client of a newer one, and names what it does not know', async () => {
    const negotiated = ({ type, body }: ServerMessage) =>
      type === 'v' ? [body.readInt32BE(0), body.readInt32BE(4), body.toString('utf8', 8)] : []
    const newer = await begin(startup(identity, 0x30002))
    expect(negotiated((await newer.next())!)).toEqual([0x30000, 0, ''])
    expect((await newer.told()).at(-1)).toBe('Ready I')
    const options = await begin(startup({ ...identity, '_pq_.one': '1', '_pq_.two': '2' }))
    expect(negotiated((await options.next())!)).toEqual([0x30000, 2, '_pq_.one\0_pq_.two\0'])
    expect((await options.told()).at(-1)).toBe('Ready I')
  })

  test.each([
    ['protocol 2', startup(identity, 0x20000), '0A000'],
    ['protocol 4', startup(identity, 0x40000), '0A000'],
    ['a length of nothing', int32(0), '08P01'],
    ['a length below zero', int32(-1), '08P01'],
    ['a length of 7', Buffer.concat([int32(7), Buffer.alloc(3)]), '08P01'],
    ['a length of 2 GB', int32(2 ** 31 - 1), '08P01'],
    ['a request in HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), '08P01'],
    ['no terminator', Buffer.concat([int32(13), int32(0x30000), Buffer.from('user\0')]), '08P01'],
    ['no settings at all', Buffer.concat([int32(8), int32(0x30000)]), '08P01'],
    ['a cancel request that is cut', Buffer.concat([int32(8), int32(80877102)]), '08P01'],
    ['no user', startup({ database: 'postgres' }), '28000'],
    ['a role that is not there', startup({ ...identity, user: "no'body" }), '28000'],
    ['a role that may not', startup({ ...identity, user: 'pg_monitor' }), '28000'],
    ['a database that is not there', startup({ ...identity, database: 'none' }), '3D000'],
    ['a database by the name of the user', startup({ user: 'other' }), '28000'],
    ['a setting that is not there', startup({ ...identity, nonsense: '1' }), '42704'],
    ['a value that cannot be', startup({ ...identity, work_mem: 'much' }), '22023'],
    ['an option that is none', startup({ ...identity, options: 'work_mem' }), '42601'],
    ['replication', startup({ ...identity, replication: 'database' }), '0A000'],
    ['another encoding', startup({ ...identity, client_encoding: 'LATIN1' }), '22023'],
  ])('ends by a FATAL error for %s', async (_what, bytes, code) => {
    const client = await begin(bytes)
    expect(await client.ending()).toEqual([expect.stringMatching(`^FATAL ${code} .`)])
  })

  test('takes settings, by their names and by options', async () => {
    const client = await open.database.client({
      application_name: "it's \\me",
      options: '-c work_mem=7MB --search-path="a\\ b",public -cDateStyle=German',
      'app.tenant': 'me',
      client_encoding: "'utf-8'",
    })
    const sql = `SELECT current_setting('application_name'), current_setting('work_mem'),
      current_setting('search_path'), current_setting('DateStyle'), current_setting('app.tenant')`
    const expected = [`it's \\me|7MB|"a b",public|German, DMY|me`]
    const other = await open.database.client()
    expect(await other.rows('SHOW work_mem')).not.toEqual(['7MB'])
    expect(await client.rows(sql)).toEqual(expected)
    // They are what a reset goes back to.
    await client.told(query("SET work_mem = '8MB'; RESET work_mem"))
    expect(await client.rows('SHOW work_mem')).toEqual(['7MB'])
  })

  test('goes on for the right password only', async () => {
    const stranger = async () => {
      const client = await served.database.stranger()
      client.send(startup(identity))
      expect(wordsOf((await client.next())!)).toBe('Authentication 3')
      return client
    }
    const right = await stranger()
    expect((await right.told(password('a secret é'))).slice(-1)).toEqual(['Ready I'])
    await right.end()
    const refused = ['FATAL 28P01 password authentication failed for user "postgres"']
    for (const wrong of ['', 'a secret', 'a secret é ', 'a secret é\0x']) {
      const client = await stranger()
      client.send(password(wrong))
      expect(await client.ending()).toEqual(refused)
    }
    for (const other of [query('SELECT 1'), sync, ask('p', '', 3), ask('p', '', 100_000)]) {
      const client = await stranger()
      client.send(other)
      expect(await client.ending()).toEqual([expect.stringMatching(/^FATAL 08P01/)])
    }
    const gone = await stranger()
    gone.vanish()
    await served.database.untilStates()
  })
})
