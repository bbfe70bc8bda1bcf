import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import pg from 'pg'
import { expect, test } from 'vitest'
import { packDriftpin } from '../support/packed-driftpin.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess, stateOf } from './dev-process.js'
import { killUnderLoad } from './kill-under-load.js'

test('a folder goes on as it was left, at a free port where the asked one is taken', async () => {
  await using packed = await packDriftpin()
  const cwd = await temporaryFolder()
  const start = { main: packed.main, cwd }
  {
    await using dev = new DevProcess({ ...start, args: ['--port', '0', '--seed', 'none'] })
    const [, url] = await dev.until(/^ {2}psql +psql (postgresql:\S+)$/m)
    await dev.until(/Ctrl-C/)
    expect(dev.stdout).toContain(`\n  url     ${url}\n`)
    expect(dev.stdout).toContain(`\n  app     export DATABASE_URL=${url}\n`)
    expect(dev.stdout).not.toContain('seed')
    const widths = dev.stdout.split('\n').map((line) => line.length)
    expect(Math.max(...widths)).toBeLessThanOrEqual(80)
    expect(dev.stdout).not.toContain('\u001b')
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    await client.connect()
    await client.query('CREATE TABLE kept AS SELECT 1 AS n')
    // A client that is in the middle of something does not keep it from ending.
    await client.query('BEGIN; INSERT INTO kept VALUES (2)')
    expect(await dev.end('SIGINT')).toBe(0)
    expect(dev.stdout).toContain('Stopped. .driftpin is kept.')
    expect(await stateOf(cwd)).toBe(1)
  }
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  await using dev = new DevProcess({ ...start, args: ['--port', String(port), '--json'] })
  const ready = await dev.ready()
  taken.close()
  expect(ready).toMatchObject({ isNew: false, portTaken: port, seeded: null })
  expect(new URL(ready.url).port).not.toBe(String(port))
  const client = new pg.Client({ connectionString: ready.url })
  client.on('error', () => {})
  await client.connect()
  expect((await client.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }])
  expect(await dev.end('SIGINT')).toBe(0)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a %s in the midst of writes ends it with a checkpoint, and loses none that was acknowledged',
  async (signal) => {
    await using packed = await packDriftpin()
    const cwd = await temporaryFolder()
    const start = { main: packed.main, cwd, args: ['--port', '0', '--seed', 'none'] }
    const { acknowledged, ...bad } = await killUnderLoad(start, 3, signal)
    expect(bad).toEqual({ lost: 0, torn: 0 })
    expect(acknowledged).toBeGreaterThan(0)
  },
)
