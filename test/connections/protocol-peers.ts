import pg from 'pg'
import { afterAll, afterEach, beforeAll, inject } from 'vitest'
import { useServedDatabase } from './protocol-server.js'
import { RawClient } from './raw-client.js'

/** What a conversation is held with: a real server says what is expected of the other. */
export const peers = ['a served PGlite', 'PostgreSQL 18'] as const

/** Clients of one of them, each of which is dropped with its test. */
export interface Peer {
  client(): Promise<RawClient>
}

/** Opens one of them, with an empty database, for the tests of the enclosing `describe`. */
export function usePeer(name: (typeof peers)[number]): Peer {
  if (name === 'a served PGlite') {
    const served = useServedDatabase()
    return { client: () => served.database.client() }
  }
  const url = new URL(inject('servers').find(({ major }) => major === 18)!.url)
  const clients: RawClient[] = []
  const admin = new pg.Client({ connectionString: url.href })
  beforeAll(async () => {
    await admin.connect()
    url.pathname = `/test_protocol_${process.pid}_${Math.random().toString(36).slice(2)}`
    await admin.query(`CREATE DATABASE ${url.pathname.slice(1)}`)
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.vanish()
  })
  afterAll(async () => {
    await admin.query(`DROP DATABASE ${url.pathname.slice(1)} WITH (FORCE)`)
    await admin.end()
  })
  return {
    async client() {
      // The server asks for a password by SCRAM, which is left to pg; its socket is taken over.
      const client = new pg.Client({ connectionString: url.href })
      await client.connect()
      const { stream } = (client as unknown as { connection: { stream: RawClient['socket'] } })
        .connection
      stream.removeAllListeners()
      const raw = new RawClient(stream)
      clients.push(raw)
      return raw
    },
  }
}
