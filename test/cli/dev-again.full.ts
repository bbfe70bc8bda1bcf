import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import pg from 'pg'
import { expect, test } from 'vitest'
import { packDriftpin } from '../support/packed-driftpin.js'
import { queryOnce } from '../support/query-once.js'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess, dataOf, stateOf } from './dev-process.js'
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

test('an image that cannot be served is told, and the database goes on as it was', async () => {
  await using packed = await packDriftpin()
  const cwd = await temporaryFolder()
  await using dev = new DevProcess({ main: packed.main, cwd, args: ['--port', '0', '--json'] })
  const { url } = await dev.ready()
  const driftpin = (...words: string[]) => run(process.execPath, [packed.main, ...words], { cwd })
  const ask = (sql: string) => queryOnce(url, sql)
  const [{ checksum }] = (await ask(
    'SELECT checksum FROM driftpin_migrations WHERE version = 1',
  )) as [{ checksum: string }]
  await ask("UPDATE driftpin_migrations SET checksum = 'spoilt' WHERE version = 1")
  expect(await driftpin('image', 'save', 'spoilt')).toMatchObject({ code: 0 })
  await ask(`UPDATE driftpin_migrations SET checksum = '${checksum}' WHERE version = 1`)
  await ask('CREATE TABLE made_since AS SELECT 1 AS n')
  const { code, stderr } = await driftpin('image', 'restore', 'spoilt')
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^driftpin: The image cannot be served, and the database was not changed: [^\n]* was changed after/,
  )
  expect(stderr).not.toContain('--fresh')
  expect(await ask('SELECT n FROM made_since')).toEqual([{ n: 1 }])
  expect(await dev.end('SIGTERM')).toBe(0)
  expect((await readdir(dataOf(cwd))).toSorted()).toEqual(['.gitignore', 'database', 'images'])
})

test('an image that is saved while clients write has no half of what they did', async () => {
  await using packed = await packDriftpin()
  const cwd = await temporaryFolder()
  const args = ['--port', '0', '--json', '--seed', 'none']
  await using dev = new DevProcess({ main: packed.main, cwd, args })
  const { url } = await dev.ready()
  const driftpin = (...words: string[]) => run(process.execPath, [packed.main, ...words], { cwd })
  await queryOnce(url, 'CREATE TABLE pairs (n int, filler text)')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  let isSaved = false
  let written = 0
  const writing = (async () => {
    while (!isSaved) {
      written += 1
      await client.query('BEGIN')
      const filler = 'x'.repeat(20_000)
      await client.query('INSERT INTO pairs VALUES ($1, $2)', [written, filler])
      await client.query('INSERT INTO pairs VALUES ($1, $2)', [written, filler])
      await client.query('COMMIT')
    }
  })()
  await expect.poll(() => written, { timeout: 60_000 }).toBeGreaterThan(5)
  const saved = await driftpin('image', 'save', 'busy')
  const atLeast = written - 1
  isSaved = true
  await writing
  await client.end()
  expect(saved).toMatchObject({ code: 0, stderr: '' })
  expect(await driftpin('image', 'restore', 'busy')).toMatchObject({ code: 0, stderr: '' })
  const counts = await queryOnce(
    url,
    'SELECT count(*)::int AS rows, count(DISTINCT n)::int AS pairs, max(n) AS last FROM pairs',
  )
  const [{ rows, pairs, last }] = counts as [{ rows: number; pairs: number; last: number }]
  expect({ rows, last }).toEqual({ rows: 2 * pairs, last: pairs })
  expect(pairs).toBeGreaterThan(4)
  expect(pairs).toBeLessThanOrEqual(atLeast + 1)
  expect(await dev.end('SIGTERM')).toBe(0)
})

test('a database that runs for long makes a checkpoint by itself when much was written', async () => {
  await using packed = await packDriftpin()
  const cwd = await temporaryFolder()
  const args = ['--port', '0', '--json', '--seed', 'none']
  await using dev = new DevProcess({ main: packed.main, cwd, args })
  const { url } = await dev.ready()
  const redo = () => queryOnce(url, 'SELECT redo_lsn::text FROM pg_control_checkpoint()')
  const before = await redo()
  await queryOnce(url, 'CREATE TABLE much (text text)')
  await queryOnce(url, 'ALTER TABLE much ALTER text SET STORAGE EXTERNAL')
  await queryOnce(url, "INSERT INTO much SELECT repeat('x', 100000) FROM generate_series(1, 500)")
  await expect.poll(redo, { timeout: 60_000, interval: 500 }).not.toEqual(before)
  expect(await dev.end('SIGTERM')).toBe(0)
})
