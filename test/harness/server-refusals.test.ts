import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createRelay } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openHarness } from '../../src/harness/index.js'
import { refuseFacts, strategyOf } from '../../src/harness/server/connect-server.js'
import { failure } from '../migrations/use-folders.js'
import { freePort } from '../support/free-port.js'
import { serverMajors } from '../support/real-server.js'
import { urlWith } from '../support/url-with.js'
import { useSailor } from './use-sailor.js'

const refusal = (server: string) => failure(openHarness({ server, migrations: false }))

/** The first packet of a client, with another database in it. */
function renamed(start: Buffer): Buffer {
  const text = start.toString('latin1').replace(/\0database\0[^\0]+\0/, '\0database\0postgres\0')
  const packet = Buffer.from(text, 'latin1')
  packet.writeInt32BE(packet.length)
  return packet
}

describe.each(serverMajors)('PostgreSQL %i', (major) => {
  const sailor = useSailor(major)

  test('that does not know the password is told without the one that was tried', async () => {
    const { code, message, cause } = await refusal(
      Object.assign(new URL(sailor.url), { password: 'an-open-secret' }).href,
    )
    expect({ code, cause: cause.code }).toEqual({ code: 'server_unusable', cause: '28P01' })
    expect(message).toMatch(/refused the user of the URL .* correct the user or the password/)
    expect(message).not.toContain('an-open-secret')
  })

  test('on which the database of the URL is not there', async () => {
    const { code, message } = await refusal(urlWith(sailor.url, { pathname: '/atlantis' }))
    expect(code).toBe('server_unusable')
    expect(message).toMatch(/"atlantis" does not exist; name one that exists, such as postgres/)
  })

  test('behind what leads every name to one database', async () => {
    const { hostname, port } = new URL(sailor.url)
    const relay = createRelay((client) => {
      const server = connect(Number(port), hostname)
      client.once('data', (start: Buffer) => {
        server.write(renamed(start))
        client.pipe(server)
      })
      server.pipe(client)
      for (const socket of [client, server]) socket.on('error', () => {})
    }).listen(0, '127.0.0.1')
    onTestFinished(() => {
      relay.close()
    })
    await once(relay, 'listening')
    const own = (relay.address() as AddressInfo).port
    const { code, message } = await refusal(urlWith(sailor.url, { port: String(own) }))
    expect(code).toBe('server_unusable')
    expect(message).toContain('it has one database under every name')
    expect(await sailor.databases()).toEqual([])
  })

  test('whose user must not create databases', async () => {
    await sailor.admin.query(`ALTER ROLE ${sailor.name} NOCREATEDB`)
    onTestFinished(async () => {
      await sailor.admin.query(`ALTER ROLE ${sailor.name} CREATEDB`)
    })
    const { code, message } = await refusal(sailor.url)
    expect(code).toBe('server_unusable')
    expect(message).toContain(`run ALTER ROLE ${sailor.name} CREATEDB as a superuser`)
    expect(await sailor.databases()).toEqual([])
  })
})

test('a server that cannot be reached is told with its reason', async () => {
  const { code, message } = await refusal(`postgres://me:secret@127.0.0.1:${await freePort()}/x`)
  expect(code).toBe('server_unusable')
  expect(message).toMatch(/cannot be reached \(ECONNREFUSED\); start it, or correct/)
  expect(message).not.toContain('secret')
})

test('what is no PostgreSQL is told so', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { code, message } = await refusal(`postgres://me:secret@127.0.0.1:${port}/x`)
  expect(code).toBe('server_unusable')
  expect(message).toContain('Is it a PostgreSQL')
})

test('a dev database is refused, and stays as it is', async () => {
  await using harness = await openHarness({ migrations: false })
  await using db = await harness.createDatabase()
  const { code, message } = await refusal(await db.url())
  expect(code).toBe('server_unusable')
  expect(message).toContain('it is a single embedded database, such as driftpin dev')
  const { rows } = await db.query('SELECT datname FROM pg_database')
  expect(rows).toHaveLength(3)
})

test('a PostgreSQL that is too old is told which ones are not', () => {
  const facts = { user: 'me', mayCreate: true, isServer: true }
  expect(() => refuseFacts('the server', { ...facts, version: 130_023 })).toThrow(
    expect.objectContaining({
      code: 'server_unsupported',
      message: expect.stringContaining('The server is PostgreSQL 13.23'),
    }),
  )
  expect(() => refuseFacts('the server', { ...facts, version: 140_000 })).not.toThrow()
})

test.each([
  'an-open-secret',
  'postgres://me:an-open-secret@[::/x',
  'https://me:an-open-secret@127.0.0.1/x',
])('%j is no URL of a server, and is not repeated', async (server) => {
  const { code, message } = await refusal(server)
  expect(code).toBe('invalid_input')
  expect(message).toContain('postgres://user:password@host:port/name')
  expect(message).not.toContain('an-open-secret')
})

test('an empty server is told from one that is undefined', async () => {
  const { code, message } = await refusal('')
  expect(code).toBe('invalid_input')
  expect(message).toContain('The option server is empty. Pass undefined')
})

test('files are copied where the server knows it and does not wait for its disk', () => {
  expect(strategyOf({ version: 150_000, isDurable: false })).toBe('STRATEGY FILE_COPY')
  expect(strategyOf({ version: 149_999, isDurable: false })).toBe('')
  expect(strategyOf({ version: 180_004, isDurable: true })).toBe('')
})
