import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { appendFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newestMigration, ourMigrations } from '../support/our-migrations.js'
import { type PackedDriftpin, packDriftpin } from '../support/packed-driftpin.js'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess, dataOf, stateOf, writeShop } from './dev-process.js'
import { killUnderLoad } from './kill-under-load.js'
import { writeWhilePushing } from './write-while-pushing.js'

let packed: PackedDriftpin

beforeAll(async () => {
  packed = await packDriftpin()
})

afterAll(() => packed?.[Symbol.asyncDispose]())

const anyPort = ['--port', '0']

test('serves a new folder to two clients while a directory is pushed, and is saved and restored', async () => {
  const cwd = await temporaryFolder()
  const file = await writeShop(cwd)
  const args = [...anyPort, '--json', '--watch', 'shop']
  await using dev = new DevProcess({ main: packed.main, cwd, args })
  const ready = await dev.ready()
  expect(ready).toMatchObject({
    pid: dev.pid,
    isNew: true,
    data: dataOf(cwd),
    migrations: {
      applied: ourMigrations.length,
      newest: newestMigration.up.file.replace('.up.sql', ''),
      ran: [],
    },
    seeded: '3 owners, 4 workspaces, 9 chats',
    portTaken: null,
  })
  await writeWhilePushing(dev, ready.url, {
    push: (n) => appendFile(file, `Line ${n}.\n`),
    writers: 2,
  })

  const driftpin = (...words: string[]) => run(process.execPath, [packed.main, ...words], { cwd })
  const second = await driftpin('dev', ...anyPort)
  expect(second.stderr).toMatch(
    new RegExp(`^driftpin: .* is in use by process ${dev.pid}, a driftpin dev. [^\\n]*\\n$`),
  )
  expect(second.code).toBe(2)

  expect(await driftpin('image', 'save', 'full')).toMatchObject({ code: 0 })
  const pool = new pg.Pool({ connectionString: ready.url })
  pool.on('error', () => {})
  expect((await pool.query('SHOW search_path')).rows).toEqual([{ search_path: '"$user", public' }])
  await pool.query('DELETE FROM chats')
  const [idle, restored] = [await pool.connect(), driftpin('image', 'restore', 'full')]
  idle.on('error', () => {})
  const lost = once(idle, 'error')
  expect(await restored).toMatchObject({ code: 0, stderr: '' })
  expect(await lost).toMatchObject([{ code: '57P01' }])
  idle.release(true)
  const { rows } = await pool.query('SELECT count(*)::int AS n FROM chats')
  expect(rows).toEqual([{ n: 10 }])
  await pool.end()
  // A watched directory goes on, on the other database.
  const pushes = dev.stdout.split('"event":"pushed"').length
  await appendFile(file, 'After.\n')
  await expect
    .poll(() => dev.stdout.split('"event":"pushed"').length, { timeout: 20_000 })
    .toBeGreaterThan(pushes)

  const { applied, newest } = ready.migrations
  const list = JSON.parse((await driftpin('image', 'list', '--json')).stdout)
  expect(list).toEqual([expect.objectContaining({ name: 'full', migrations: { applied, newest } })])
  expect(await dev.end('SIGTERM')).toBe(0)
  expect(await stateOf(cwd)).toBe(1)
  expect((await readdir(dataOf(cwd))).toSorted()).toEqual(['.gitignore', 'database', 'images'])
})

test('a kill in the midst of writes loses none that was acknowledged, twice', async () => {
  const cwd = await temporaryFolder()
  const args = [...anyPort, '--seed', 'none']
  const { acknowledged, ...bad } = await killUnderLoad({ main: packed.main, cwd, args }, 2)
  expect(bad).toEqual({ lost: 0, torn: 0 })
  expect(acknowledged).toBeGreaterThan(2)
  // The last one was ended the same way; what it leaves is in nobody's way.
  expect(existsSync(join(dataOf(cwd), 'driftpin.lock'))).toBe(true)
})
