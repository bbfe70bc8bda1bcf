import { once } from 'node:events'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { crashingJson } from '../support/crashing-json.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { ServerProcess } from './protocol-server.js'
import {
  bind,
  copyData,
  execute,
  flush,
  parse,
  query,
  RawClient,
  startup,
  sync,
} from './raw-client.js'

const identity = { user: 'postgres', database: 'postgres' }
const crash = query(`INSERT INTO deep VALUES ('${crashingJson}')`)
const crashed = /^FATAL 57P02 the engine crashed/

let process: ServerProcess
beforeEach(() => {
  process = new ServerProcess()
})
afterEach(() => process.end())

/** Clients in every state that there is. */
async function inEveryState(place: { port: number }): Promise<RawClient[]> {
  const idle = await RawClient.start(place)
  const copying = await RawClient.start(place)
  const cut = await RawClient.start(place)
  const collecting = await RawClient.start(place)
  const paused = await RawClient.start(place)
  const waiting = await RawClient.start(place)
  const locked = await RawClient.start(place)
  const owner = await RawClient.start(place)
  await idle.told(query('CREATE TABLE states (id int); SELECT pg_advisory_lock(1)'))
  await copying.toldUntil('G', query('COPY states FROM STDIN'))
  copying.send(copyData('1\n'))
  cut.send(query('SELECT 1').subarray(0, 7))
  collecting.send(parse('', 'SELECT 1'))
  paused.socket.pause()
  const much = "SELECT repeat('x', 1000000) FROM generate_series(1, 16)"
  paused.send(query(much), query(much))
  locked.send(query('SELECT pg_advisory_lock(1)'))
  await owner.told(query('BEGIN'))
  await owner.told(query('INSERT INTO states VALUES (2)'))
  waiting.send(parse('', 'SELECT 1'), bind('', ''), execute(), flush, sync)
  const stranger = await RawClient.connect(place)
  const starting = await RawClient.connect(place)
  starting.send(startup(identity))
  return [idle, copying, cut, collecting, paused, waiting, locked, owner, stranger, starting]
}

describe('A server that is closed', () => {
  test('ends its clients, whatever they do, and answers nobody any more', async () => {
    const database = await process.open()
    const place = database.place as { port: number }
    const clients = await inEveryState(place)
    await database.untilWaiting(2)
    await database.close()
    for (const client of clients) {
      client.socket.resume()
      const told = await client.ending()
      // A client that does not read is not waited for, so that it may never hear the end.
      if (told[0]?.startsWith('RowDescription')) continue
      expect(told.at(-1)).toMatch(/^FATAL 57P01 terminating connection/)
    }
    await expect(RawClient.connect(place)).rejects.toThrow(/ECONNREFUSED/)
    expect(await database.activity()).toEqual([])
  })

  test('is closed twice, at once and afterwards', async () => {
    const database = await process.open()
    await RawClient.start(database.place)
    await Promise.all([database.close(), database.close()])
    await database.close()
    expect(await database.activity()).toEqual([])
  })

  test('leaves the database to another that serves it', async () => {
    const database = await process.open()
    const client = await RawClient.start(database.place)
    await client.told(query('CREATE TABLE lasting (id int)'))
    await client.told(query('BEGIN'))
    await client.told(query('INSERT INTO lasting VALUES (1)'))
    await database.close()
    const again = await process.open({}, database)
    const next = await RawClient.start(again.place)
    expect(await next.rows('SELECT count(*) FROM lasting')).toEqual(['0'])
    next.vanish()
  })
})

describe('An engine that crashes', () => {
  test.each<[string, readonly Buffer[]]>([
    ['a query', [crash]],
    ['a query in a transaction', [query('BEGIN'), crash]],
    [
      'a parameter',
      [
        parse('', 'INSERT INTO deep VALUES ($1)'),
        bind('', '', [crashingJson]),
        execute(),
        sync,
        sync,
      ],
    ],
    [
      'the data of a COPY',
      [
        query('COPY deep FROM STDIN'),
        copyData(`${crashingJson}\n`),
        Buffer.from('c\0\0\0\x04', 'latin1'),
      ],
    ],
  ])('by %s takes leave of all clients, and of those that come later', async (_how, said) => {
    const database = await process.open()
    const place = database.place as { port: number }
    const [client, idle, waiting] = [
      await RawClient.start(place),
      await RawClient.start(place),
      await RawClient.start(place),
    ]
    await client.told(query('CREATE TABLE deep (value jsonb)'))
    client.send(...said)
    waiting.send(query('SELECT 1'))
    for (const one of [client, idle, waiting]) {
      expect((await one.ending()).at(-1)).toMatch(crashed)
    }
    const late = await RawClient.connect(place)
    late.send(startup(identity))
    expect(await late.ending()).toEqual([expect.stringMatching(crashed)])
    await database.untilStates()
    // Another one in the process is not touched.
    const other = await process.open()
    const well = await RawClient.start(other.place)
    expect(await well.rows('SELECT 1')).toEqual(['1'])
    well.vanish()
    await other.close()
    await database.close()
  })
})

describe('A place to serve at', () => {
  test('is refused when it is taken, or not allowed', async () => {
    const folder = await temporaryFolder()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    await writeFile(join(folder, 'file'), 'mine')
    await mkdir(join(folder, 'folder'))
    const inUse = createServer().listen(join(folder, 'answered'))
    await once(inUse, 'listening')
    const refused = [
      [{ port }, `port ${port} of 127.0.0.1`],
      [{ port: 70_000 }, 'port 70000 of 127.0.0.1'],
      ...['file', 'folder', 'file/below', 'none/below', 'answered', 'x'.repeat(200)].map(
        (name) => [{ path: join(folder, name) }, join(folder, name)] as const,
      ),
    ] as const
    for (const [options, place] of refused) {
      const why = await process.tryOpen(options)
      expect(why).toMatch(/^listen_failed Nothing can be served at /)
      expect(why).toContain(place)
    }
    // What was there before is as it was.
    expect((await stat(join(folder, 'file'))).size).toBe(4)
    taken.close()
    inUse.close()
  })

  test('is a unix socket that only its user may open, also where a dead one was left', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, '.s.PGSQL.5432')
    const killed = new ServerProcess()
    await killed.open({ path })
    killed.kill()
    await killed.untilGone()
    expect((await stat(path)).isSocket()).toBe(true)
    const database = await process.open({ path })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const client = await RawClient.start({ path })
    expect(await client.rows('SELECT 1')).toEqual(['1'])
    client.vanish()
    await database.close()
    await expect(stat(path)).rejects.toThrow(/ENOENT/)
  })
})
