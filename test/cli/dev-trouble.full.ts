import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { crashingJson } from '../support/crashing-json.js'
import { type PackedDriftpin, packDriftpin } from '../support/packed-driftpin.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess, dataOf } from './dev-process.js'
import { killUnderLoad } from './kill-under-load.js'

let packed: PackedDriftpin

beforeAll(async () => {
  packed = await packDriftpin()
})

afterAll(() => packed?.[Symbol.asyncDispose]())

const args = ['--port', '0', '--json', '--seed', 'none']

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  // Its loss is told by what is asked of it.
  client.on('error', () => {})
  await client.connect()
  return client
}

test('a kill in the midst of writes loses none that was acknowledged, fifty times', async () => {
  const cwd = await temporaryFolder()
  const { acknowledged, ...bad } = await killUnderLoad({ main: packed.main, cwd, args }, 50)
  expect(bad).toEqual({ lost: 0, torn: 0 })
  expect(acknowledged).toBeGreaterThan(50)
}, 900_000)

/** A disk of its own, of so many MB, as only the superuser can have one. */
async function smallDisk(megabytes: number): Promise<string> {
  const folder = await temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder])
  })
  return folder
}

// What fills up first differs: with the smaller one it is a table, with the larger one the log.
test.each([56, 64, 72])(
  'a full disk of %i MB loses nothing that was acknowledged',
  async (megabytes) => {
    const cwd = await smallDisk(megabytes)
    await using dev = new DevProcess({ main: packed.main, cwd, args })
    const client = await connect((await dev.ready()).url)
    await client.query('CREATE TABLE filled (n int, text text)')
    const filler = join(cwd, 'filler')
    await writeFile(filler, Buffer.alloc(14 * 1024 * 1024))
    let acknowledged = 0
    const text = randomBytes(3000).toString('hex')
    const refusal = await (async () => {
      for (;;) {
        await client.query('INSERT INTO filled VALUES ($1, $2)', [acknowledged, text])
        acknowledged += 1
      }
    })().catch((error) => error)
    // The statement failed, or the engine with it; the client is told either way.
    expect(refusal.code).toMatch(/^(53100|57P02)$/)
    await client.end().catch(() => {})
    const isOver = await Promise.race([dev.ended.then(() => true), sleep(8000).then(() => false)])
    if (isOver) {
      expect(await dev.ended).toBe(1)
      expect(dev.stderr).toMatch(/^driftpin: [^\n]*No space left on device[^\n]*\n$/)
      expect(existsSync(join(dataOf(cwd), 'driftpin.lock'))).toBe(false)
    } else {
      expect(await dev.end('SIGINT')).toBe(0)
    }
    await rm(filler)
    await using again = new DevProcess({ main: packed.main, cwd, args })
    const other = await connect((await again.ready()).url)
    const { rows } = await other.query('SELECT count(*)::int AS n FROM filled')
    // One more may be there than was acknowledged: its answer was lost.
    expect(rows[0].n - acknowledged).toBeOneOf([0, 1])
    await other.end()
    expect(await again.end('SIGINT')).toBe(0)
  },
)

test('an engine that a statement crashes is started again, at the same place', async () => {
  const cwd = await temporaryFolder()
  await using dev = new DevProcess({ main: packed.main, cwd, args })
  const { url } = await dev.ready()
  const client = await connect(url)
  await client.query('CREATE TABLE kept (body jsonb)')
  await client.query("INSERT INTO kept VALUES ('1')")
  // A crash so soon after a start is taken for one that would come again.
  await sleep(5500)
  await expect(client.query('INSERT INTO kept VALUES ($1)', [crashingJson])).rejects.toMatchObject({
    code: '57P02',
  })
  await dev.until(/^\{"event":"restarted".*\}$/m)
  const other = await connect(url)
  expect((await other.query('SELECT body FROM kept')).rows).toEqual([{ body: 1 }])
  await other.end()
  await client.end().catch(() => {})
  expect(await dev.end('SIGINT')).toBe(0)
})

test('an engine that crashes at once ends with one line, and with its lock given back', async () => {
  const cwd = await temporaryFolder()
  await using dev = new DevProcess({ main: packed.main, cwd, args })
  const client = await connect((await dev.ready()).url)
  await client.query('SELECT $1::jsonb', [crashingJson]).catch(() => {})
  await client.end().catch(() => {})
  expect(await dev.ended).toBe(1)
  expect(dev.stderr).toMatch(/^driftpin: PostgreSQL crashed and does not start again: [^\n]+\n$/)
  expect(existsSync(join(dataOf(cwd), 'driftpin.lock'))).toBe(false)
})

test.each(['SIGINT', 'SIGKILL'] as const)(
  'a start that %s ends half way leaves nothing that the next one stumbles over',
  async (signal) => {
    const cwd = await temporaryFolder()
    // At moments from before the lock to after the first connection.
    for (const ms of [60, 250, 500, 800, 1200, 1800, 2600]) {
      await using dev = new DevProcess({ main: packed.main, cwd, args: [...args, '--fresh'] })
      await sleep(ms)
      const end = await dev.end(signal)
      expect(end).toBeOneOf(signal === 'SIGINT' ? [0, 'SIGINT'] : ['SIGKILL'])
      if (end !== 0) continue
      const names = await readdir(dataOf(cwd)).catch(() => [])
      expect(names.filter((name) => !['.gitignore', 'database'].includes(name))).toEqual([])
    }
    await using dev = new DevProcess({ main: packed.main, cwd, args })
    const client = await connect((await dev.ready()).url)
    expect((await client.query('SELECT count(*)::int AS n FROM chats')).rows).toEqual([{ n: 0 }])
    await client.end()
    expect(await dev.end('SIGINT')).toBe(0)
    expect((await readdir(dataOf(cwd))).toSorted()).toEqual(['.gitignore', 'database'])
  },
)
