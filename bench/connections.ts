import { PGlite } from '@electric-sql/pglite'
import type pg from 'pg'
import { openPool, serve } from '../src/connections.ts'
import { openSocketPool, openWirePool, socketVersion } from './connections/open-wire-pool.ts'
import { createQueries, type Query, schema } from './connections/queries.ts'
import { type Measured, median, timeMs } from './measured.ts'

const rounds = 9
const queriesPerRound = 2000
const clientsMax = 8

async function openPGlite(): Promise<PGlite> {
  const pglite = await PGlite.create()
  await pglite.exec(schema)
  return pglite
}

/** Something that answers queries, by so many clients. */
interface Peer {
  readonly clients: number
  ask(client: number, query: Query): Promise<{ rows: unknown[] }>
}

/** What was seen of all queries that were measured. */
const seen = { queriesChecked: 0, wrongRows: 0 }

/** Queries a second, each compared with what it must answer once the time was taken. */
async function rate({ clients, ask }: Peer, queries: readonly Query[]): Promise<number> {
  const answers: unknown[][] = new Array(queries.length)
  const ms = await timeMs(() =>
    Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        for (let index = client; index < queries.length; index += clients) {
          answers[index] = (await ask(client, queries[index]!)).rows
        }
      }),
    ),
  )
  for (const [index, query] of queries.entries()) {
    seen.queriesChecked++
    seen.wrongRows += query.wrongRows(answers[index])
  }
  return (queries.length / ms) * 1000
}

/** One peer after the other in every round, so that neither has the better moments. */
async function compare(peers: Readonly<Record<string, Peer>>): Promise<Record<string, number[]>> {
  const rates = Object.fromEntries(Object.keys(peers).map((name): [string, number[]] => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    const entries = Object.entries(peers)
    if (round % 2 === 1) entries.reverse()
    for (const [name, peer] of entries) {
      const found = await rate(peer, createQueries(queriesPerRound, round))
      // The first round warms everything up.
      if (round > 0) rates[name]!.push(found)
    }
  }
  return rates
}

const ofClients = (clients: readonly pg.ClientBase[]): Peer => ({
  clients: clients.length,
  ask: (client, { text, values }) => clients[client]!.query(text, [...values]),
})

async function withClients<T>(
  pool: pg.Pool,
  count: number,
  work: (peer: Peer) => Promise<T>,
): Promise<T> {
  const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()))
  try {
    return await work(ofClients(clients))
  } finally {
    for (const client of clients) client.release()
  }
}

/** The layer in the process beside a PGlite that nobody shares, called directly. */
async function measurePool(shared: PGlite, alone: PGlite, clients: number) {
  const direct: Peer = {
    clients,
    ask: (_, { text, values }) => alone.query(text, [...values]),
  }
  const pool = openPool(shared)
  const rates = await withClients(pool, clients, (peer) => compare({ pool: peer, direct }))
  await pool.end()
  return { pool: rates.pool!, direct: rates.direct! }
}

/** The server beside PGlite's own, each with eight clients and a PGlite of its own. */
async function measureServers() {
  const [own, other] = [await openPGlite(), await openPGlite()]
  const server = await serve(own)
  const ownPool = openWirePool(server.url, clientsMax)
  const socket = await openSocketPool(other, clientsMax)
  const rates = await withClients(ownPool, clientsMax, (served) =>
    withClients(socket.pool, clientsMax, (peer) => compare({ served, socket: peer })),
  )
  await ownPool.end()
  await socket.close()
  await server.close()
  await own.close()
  await other.close()
  return { served: rates.served!, socket: rates.socket! }
}

const ratioOf = (mine: readonly number[], theirs: readonly number[]) =>
  median(mine.map((one, index) => one / theirs[index]!))

/** Measures queries a second through the layer, beside those of its peers in the same run. */
export async function benchConnections(): Promise<Measured> {
  const [shared, alone] = [await openPGlite(), await openPGlite()]
  const one = await measurePool(shared, alone, 1)
  const eight = await measurePool(shared, alone, clientsMax)
  const { rows } = await alone.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  )
  await shared.close()
  await alone.close()
  const servers = await measureServers()
  return {
    versions: {
      postgresql: `${rows[0]!.version} (PGlite, in memory)`,
      'pglite-socket': socketVersion(),
    },
    notes: [
      `medians of ${rounds} rounds of ${queriesPerRound} queries after one to warm up`,
      'queries: one row, twenty rows, and an insert, with parameters of up to 200 bytes,',
      'each answer compared with what it must be after the time was taken',
      'direct: the same queries by PGlite itself, which parses each anew, as pg does',
    ],
    figures: {
      wrongRows: seen.wrongRows,
      queriesChecked: seen.queriesChecked,
      oneClientPerSecond: median(one.pool),
      oneCallerDirectPerSecond: median(one.direct),
      eightClientsPerSecond: median(eight.pool),
      eightCallersDirectPerSecond: median(eight.direct),
      eightServedPerSecond: median(servers.served),
      eightPGliteSocketPerSecond: median(servers.socket),
    },
    ratios: {
      oneClientVsDirect: ratioOf(one.pool, one.direct),
      eightClientsVsDirect: ratioOf(eight.pool, eight.direct),
      eightClientsVsPGliteSocket: ratioOf(servers.served, servers.socket),
    },
  }
}
