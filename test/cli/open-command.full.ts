import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHarness } from '../../src/harness/open-harness.js'
import { createChat } from '../../src/index.js'
import { driftpin } from '../support/run-command.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let folder: string
let image: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'driftpin-open-'))
  image = join(folder, 'failed.image')
  await using harness = await openHarness()
  await using db = await harness.createDatabase()
  await createChat(db, { ownerId: '6a9b8c1e-0000-4000-8000-000000000001', title: 'a\nchat' })
  await db.script('CREATE TABLE "Odd ""name" (big bigint, bytes bytea, nothing text)')
  await db.query(`INSERT INTO "Odd ""name" VALUES (9007199254740993, '\\x00ff', NULL)`)
  await db.pglite.exec('BEGIN; CREATE TABLE uncommitted (); SELECT pg_advisory_lock(3)')
  await db.save(image)
  await db.pglite.exec('ROLLBACK')
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const open = (...args: string[]) => driftpin(['open', ...args])

describe('a database that was kept', () => {
  test('is shown as its tables with counts of rows', async () => {
    const { code, stdout } = await open(image)
    expect(stdout).toMatch(/^table +rows\n/)
    expect(stdout).toMatch(/^public\.chats +1$/m)
    expect(stdout).toMatch(/^public\.chat_heartbeats +0$/m)
    expect(stdout).toMatch(/^public\.Odd "name +1$/m)
    expect(code).toBe(0)
  })

  test('answers a query, with its open transaction', async () => {
    const { code, stdout } = await open(image, '--query', 'SELECT title, NULL AS x FROM chats')
    expect(stdout).toMatch(/^title +x\na\\nchat +NULL\n\(1 row\)\n$/)
    expect(code).toBe(0)
    expect((await open(image, '--query', 'SELECT * FROM uncommitted')).stdout).toBe('(0 rows)\n')
  })

  test('prints JSON', async () => {
    const tables = JSON.parse((await open(image, '--json')).stdout)
    expect(tables).toContainEqual({ table: 'public.chats', rows: 1 })
    const { stdout } = await open(image, '--json', '--query', 'SELECT * FROM "Odd ""name"')
    const row = { big: expect.anything(), bytes: '00ff', nothing: null }
    expect(JSON.parse(stdout)).toEqual([row])
  })

  test('stays as it is whatever is asked of it', async () => {
    const before = await readFile(image)
    expect((await open(image, '--query', 'DELETE FROM chats')).code).toBe(0)
    expect((await readFile(image)).equals(before)).toBe(true)
  })

  test('says what is wrong with a query, and where', async () => {
    const { code, stdout, stderr } = await open(image, '--query', 'SELECT * FROM boats')
    expect(stderr.split('\n')).toEqual([
      'driftpin: relation "boats" does not exist (SQLSTATE 42P01)',
      '  1 | SELECT * FROM boats',
      '    |               ^',
      '',
    ])
    expect([code, stdout]).toEqual([1, ''])
  })
})

describe('a database that is served', () => {
  test('is open to any client, with what the test had written, until it is stopped', async () => {
    const child = spawn(process.execPath, [main, 'open', image, '--serve'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const url = /^psql '(postgresql:\S+)'\n$/.exec(said.toString())![1]!
    const pool = new pg.Pool({ connectionString: url })
    const answers = await Promise.all([
      pool.query('SELECT title FROM chats'),
      pool.query('SELECT count(*)::int AS n FROM uncommitted'),
    ])
    expect(answers.map(({ rows }) => rows)).toEqual([[{ title: 'a\nchat' }], [{ n: 0 }]])
    await pool.query('DELETE FROM chats')
    await pool.end()
    child.kill('SIGINT')
    expect(await once(child, 'close')).toEqual([0, null])
    expect((await open(image, '--query', 'SELECT title FROM chats')).stdout).toContain('chat')
  })

  test('is refused at a port that is taken, and at what is no port', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const { code, stderr } = await open(image, '--port', String(port))
    taken.close()
    expect(stderr).toMatch(/^driftpin: Nothing can be served at port \d+ of 127\.0\.0\.1[^\n]+\n$/m)
    expect(code).not.toBe(0)
    expect((await open(image, '--port', 'http')).code).toBe(2)
  })
})

describe('what is no kept database', () => {
  test.each<[string, string, (bytes: Buffer) => Buffer | undefined]>([
    ['a path where nothing is', 'cannot be read: ENOENT', () => undefined],
    ['a file that is empty', '', () => Buffer.alloc(0)],
    ['a file of something else', '', () => Buffer.from('years of work')],
    ['an image that is cut off', '', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['an image with a byte that changed', '', (bytes) => bytes.fill(7, 5_000_000, 5_000_001)],
    ['an image of another format', '', (bytes) => bytes.fill(99, 8, 9)],
  ])('%s is refused in one line', async (what, why, spoil) => {
    const path = join(folder, `${what.replaceAll(' ', '-')}.image`)
    const spoilt = spoil(await readFile(image))
    if (spoilt) await writeFile(path, spoilt)
    const { code, stdout, stderr } = await open(path)
    expect(stderr).toMatch(/^driftpin: [^\n]+\n$/)
    expect(stderr).toContain(why)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('a folder is refused in one line, and so is no path at all', async () => {
    const { code, stderr } = await open(folder)
    expect(stderr).toMatch(/^driftpin: [^\n]+cannot be read: EISDIR[^\n]+\n$/)
    expect(code).toBe(2)
    expect((await open()).code).toBe(2)
  })
})
