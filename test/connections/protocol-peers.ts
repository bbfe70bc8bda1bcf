import pg from 'pg'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { queryOnce } from '../support/query-once.js'
import { serverUrl } from '../support/server-url.js'
import { uniqueName } from '../support/unique-name.js'
import { urlWith } from '../support/url-with.js'
import { useServedDatabase } from './protocol-server.js'
import { RawClient } from './raw-client.js'

/** What a conversation is held with: a real server says what is expected of the other. */
export const peers = ['a served PGlite', 'PostgreSQL 18'] as const

/** Clients of one of them, each of which is dropped with its test. */
export interface Peer {
  client(): Promise<RawClient>
}

/** Opens one of them, with an empty database, for the tests of the enclosing `describe`. */
export function usePeer(peer: (typeof peers)[number]): Peer {
  if (peer === 'a served PGlite') {
    const served = useServedDatabase()
    return { client: () => served.database.client() }
  }
  const name = uniqueName('protocol')
  const url = serverUrl(18)
  const clients: RawClient[] = []
  beforeAll(() => queryOnce(url, `CREATE DATABASE ${name}`))
  afterEach(() => {
    for (const client of clients.splice(0)) client.vanish()
  })
  afterAll(() => queryOnce(url, `DROP DATABASE ${name} WITH (FORCE)`))
  return {
    async client() {
      // The server asks for a password by SCRAM, which is left to pg; its socket is taken over.
      const connectionString = urlWith(url, { pathname: `/${name}` })
      const client = new pg.Client({ connectionString })
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
