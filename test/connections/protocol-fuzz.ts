import fc from 'fast-check'
import { afterAll, expect } from 'vitest'
import { type ServedDatabase, ServerProcess } from './protocol-server.js'
import {
  ask,
  bind,
  closePortal,
  closeStatement,
  copyData,
  copyDone,
  copyFail,
  describePortal,
  describeStatement,
  execute,
  flush,
  functionCall,
  gssRequest,
  parse,
  password,
  query,
  RawClient,
  sslRequest,
  startup,
  sync,
  terminate,
} from './raw-client.js'

/** Few names, so that messages meet what others made. */
const names = fc.constantFrom('', 'a', 'b')

const statements = fc.constantFrom(
  ...['SELECT 1', 'SELECT $1::int', 'selec', '', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SELECT 1/0'],
  ...['SAVEPOINT s', 'ROLLBACK TO s', "SET work_mem = '7MB'", 'RESET ALL', 'DISCARD ALL'],
  ...['LISTEN a', 'UNLISTEN *', "NOTIFY a, 'b'", 'DEALLOCATE ALL', 'DEALLOCATE a'],
  ...['COPY fuzzed FROM STDIN', 'COPY fuzzed TO STDOUT', 'COPY missing FROM STDIN'],
  ...[
    'COPY fuzzed FROM STDIN; SELECT 1',
    'SELECT 1; COPY fuzzed FROM STDIN',
    "SELECT 'copy stdin'",
  ],
  ...['INSERT INTO fuzzed VALUES (1)', 'SELECT * FROM fuzzed', 'SELECT generate_series(1, 5)'],
  ...['CREATE TEMP TABLE passing (id int)', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1', 'CLOSE ALL'],
  ...['SELECT pg_try_advisory_lock(1)', 'SELECT pg_advisory_unlock_all()', 'PREPARE a AS SELECT 1'],
  ...["SELECT repeat('x', 300000)", "SET client_encoding = 'LATIN1'", "SET ROLE 'pg_monitor'"],
)

const valid: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: statements.map(query) },
  { weight: 3, arbitrary: fc.tuple(names, statements).map(([name, sql]) => parse(name, sql)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(names, names, fc.array(fc.constantFrom('1', 'x', null), { maxLength: 2 }))
      .map(([portal, name, values]) => bind(portal, name, values)),
  },
  { weight: 3, arbitrary: fc.tuple(names, fc.nat(2)).map(([name, max]) => execute(name, max)) },
  names.map(describeStatement),
  names.map(describePortal),
  names.map(closeStatement),
  names.map(closePortal),
  { weight: 3, arbitrary: fc.constant(sync) },
  fc.constantFrom(flush, copyDone, copyFail('no'), copyData('1\n'), copyData('x\n1')),
  fc.constantFrom(password('x'), terminate, functionCall(1, ['1']), functionCall(177, ['1', '2'])),
)

/** Valid but for a length, a cut, a type or a byte. */
const damaged: fc.Arbitrary<Buffer> = fc.oneof(
  fc.tuple(valid, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % bytes.length)),
  fc
    .tuple(valid, fc.oneof(fc.integer(), fc.integer({ min: -2, max: 40 })))
    .map(([bytes, length]) => {
      const copy = Buffer.from(bytes)
      copy.writeInt32BE(length, 1)
      return copy
    }),
  fc.tuple(valid, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
    const copy = Buffer.from(bytes)
    copy[at % copy.length] = value
    return copy
  }),
  // A body that the length agrees with, of a type that there is.
  fc
    .tuple(fc.constantFrom(...'BCDEFHPQScdf'), fc.uint8Array({ maxLength: 40 }))
    .map(([type, body]) => ask(type, Buffer.from(body))),
  fc
    .tuple(fc.constantFrom(...'CDEHScf'), fc.integer({ min: 9_900, max: 10_100 }))
    .map(([type, length]) => ask(type, `S${'x'.repeat(length)}\0`)),
)

const random = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes))

/** What one client does: how it begins, what it says, in which pieces, and how it goes. */
interface Visit {
  readonly begin: 'well' | readonly Buffer[]
  readonly said: readonly Buffer[]
  readonly pieceBytes: number
  readonly end: 'vanish' | 'end' | 'half'
}

const visits: fc.Arbitrary<readonly Visit[]> = fc.array(
  fc.record({
    begin: fc.oneof(
      { weight: 8, arbitrary: fc.constant('well' as const) },
      fc.array(
        fc.oneof(
          random,
          fc.constantFrom(sslRequest, gssRequest, startup({ user: 'postgres' }, 0x30002)),
          fc.string().map((user) => startup({ user, database: 'postgres' })),
        ),
        { minLength: 1, maxLength: 3 },
      ),
    ),
    said: fc.array(
      fc.oneof(
        { weight: 20, arbitrary: valid },
        { weight: 2, arbitrary: damaged },
        { weight: 1, arbitrary: random },
      ),
      { minLength: 1, maxLength: 25 },
    ),
    pieceBytes: fc.constantFrom(3, 100, 100_000),
    end: fc.constantFrom('vanish', 'end', 'half'),
  }),
  { minLength: 1, maxLength: 4 },
)

/** What a new session finds: the row that was kept, and nothing that others left. */
const lookSql = `SELECT id FROM kept; SELECT name FROM pg_prepared_statements;
  SELECT mode FROM pg_locks WHERE locktype = 'advisory'; SELECT pg_listening_channels();
  SELECT relname FROM pg_class WHERE relpersistence = 't'; SELECT name FROM pg_cursors;
  SELECT name, setting FROM pg_settings WHERE source = 'session'`

async function visit(database: ServedDatabase, { begin, said, pieceBytes, end }: Visit) {
  const client = await RawClient.connect(database.place)
  const first = begin === 'well' ? [startup({ user: 'postgres', database: 'postgres' })] : begin
  const bytes = Buffer.concat([...first, ...said])
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    client.send(bytes.subarray(at, at + pieceBytes))
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (end === 'half') client.socket.end()
  // Some of it is answered before the client goes, and some is not.
  await database.activity()
  if (end === 'end') client.send(terminate)
  client.vanish()
}

/**
 * Clients that say anything, some at once. After each run a new client is answered the right rows,
 * and nobody is left; the process of the server has not said a word when it ends.
 */
export async function fuzz(seed: number, numRuns: number): Promise<void> {
  let process = new ServerProcess()
  let database = await process.open({ waitMsMax: 200, batchBytesMax: 1024 * 1024 })
  afterAll(() => process.end())
  let expected = await setUp()
  const property = fc.asyncProperty(visits, async (clients) => {
    try {
      await Promise.all(clients.map((one) => visit(database, one)))
      await database.expectHealth()
      const fresh = await database.client()
      expect(await fresh.told(query(lookSql))).toEqual(expected)
      await fresh.end()
      await database.untilStates()
    } catch (error) {
      // What is tried next, to find the smallest of its kind, has a new server.
      process.kill()
      process = new ServerProcess()
      database = await process.open({ waitMsMax: 200, batchBytesMax: 1024 * 1024 })
      expected = await setUp()
      throw error
    }
  })
  // A hang takes its time to be told from an answer, so that few smaller ones are tried.
  await fc.assert(property, { seed, numRuns, endOnFailure: true })

  async function setUp() {
    const client = await RawClient.start(database.place)
    await client.told(query('CREATE TABLE fuzzed (id int); CREATE TABLE kept (id int)'))
    await client.told(query('INSERT INTO kept VALUES (1)'))
    const found = await client.told(query(lookSql))
    expect(found).toContain('Row 1')
    await client.end()
    return found
  }
}
