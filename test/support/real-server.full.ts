import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { queryOnce } from './query-once.js'
import { serverMajors, startRealServer } from './real-server.js'
import { serverUrl } from './server-url.js'

const here = dirname(fileURLToPath(import.meta.url))

/** The one value a query gives. */
const ask = async (url: string, sql: string): Promise<string> =>
  Object.values((await queryOnce(url, sql))[0]!)[0]

/** A process nobody has reaped yet is over all the same: it has no command line any more. */
async function runs(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== ''
}

const foldersOf = async (pid: number) =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`driftpin-server-${pid}-`))

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

describe('the servers of the run', () => {
  test('are one of each major', () => {
    expect(inject('servers').map(({ major }) => major)).toEqual([...serverMajors])
  })

  test.each([...serverMajors])('has a server that says it is PostgreSQL %i', async (major) => {
    expect(await ask(serverUrl(major), 'SELECT version()')).toMatch(
      new RegExp(`^PostgreSQL ${major}\\.`),
    )
  })

  test.each([...serverMajors])('PostgreSQL %i does not run as root', async (major) => {
    // PostgreSQL starts only in a folder owned by the user it runs as.
    const { uid } = await stat(await ask(serverUrl(major), 'SHOW data_directory'))
    expect(uid).not.toBe(0)
  })
})

describe('a server of its own', () => {
  test('leaves no process, no folder and no open port once it is stopped', async () => {
    const server = await startRealServer(serverMajors[0])
    const folder = dirname(await ask(server.url, 'SHOW data_directory'))
    expect(await runs(server.pid)).toBe(true)
    await server.stop()
    await server.stop()
    expect(await runs(server.pid)).toBe(false)
    expect(await exists(folder)).toBe(false)
    await expect(ask(server.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('stops at the end of its block, though a client is still connected', async () => {
    let pid = 0
    {
      await using server = await startRealServer(serverMajors[1])
      pid = server.pid
      const client = new pg.Client(server.url)
      client.on('error', () => {})
      await client.connect()
      await client.query('BEGIN')
    }
    expect(await runs(pid)).toBe(false)
  })

  test('says why when there are no binaries of its major', async () => {
    await expect(startRealServer(9)).rejects.toThrow('PostgreSQL 9 did not start. Its binaries are')
  })
})

describe('a process that does not stop its server', () => {
  let parent: ChildProcess | undefined

  afterEach(() => parent?.kill('SIGKILL'))

  /** Resolves with what the server of another process is, once it is up. */
  async function startElsewhere(then: string): Promise<{ pid: number; url: string }> {
    const script = `
      const { startRealServer } = await import('./test/support/real-server.ts')
      const { pid, url } = await startRealServer(${serverMajors[1]})
      console.log(JSON.stringify({ pid, url }))
      ${then}`
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
    const cwd = join(here, '..', '..')
    parent = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(parent.stdout!, 'data')
    return JSON.parse(line)
  }

  test('has it ended by the next start when it was killed', async () => {
    const left = await startElsewhere('setInterval(() => {}, 1000)')
    const pid = parent!.pid!
    parent!.kill('SIGKILL')
    await once(parent!, 'exit')
    expect(await ask(left.url, 'SELECT 1')).toBe(1)
    expect(await foldersOf(pid)).toHaveLength(2)
    await using _next = await startRealServer(serverMajors[0])
    expect(await runs(left.pid)).toBe(false)
    expect(await foldersOf(pid)).toEqual([])
  })

  test.each([
    ['exits', ''],
    ['is asked to end', "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)"],
  ])('takes it along when it %s', async (_, then) => {
    const left = await startElsewhere(then)
    if (parent!.exitCode === null && parent!.signalCode === null) await once(parent!, 'exit')
    await expect.poll(() => runs(left.pid), { timeout: 30_000 }).toBe(false)
    expect(await foldersOf(parent!.pid!)).toEqual([])
  })

  test('keeps it while it is alive, whoever else starts one', async () => {
    const other = await startElsewhere('setInterval(() => {}, 1000)')
    await using _mine = await startRealServer(serverMajors[0])
    expect(await ask(other.url, 'SELECT 1')).toBe(1)
    parent!.kill('SIGTERM')
    await once(parent!, 'exit')
  })
})

describe('a folder of a process that is gone', () => {
  test('is removed, but a process which took over the pid in it is left alone', async () => {
    const gone = spawnSync(process.execPath, ['--eval', '']).pid
    const folder = await mkdtemp(join(tmpdir(), `driftpin-server-${gone}-`))
    const stranger = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'])
    try {
      await mkdir(join(folder, 'data'))
      await writeFile(join(folder, 'data', 'postmaster.pid'), `${stranger.pid}\n`)
      await using _next = await startRealServer(serverMajors[0])
      expect(await exists(folder)).toBe(false)
      expect(await runs(stranger.pid!)).toBe(true)
    } finally {
      stranger.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('the closing line', () => {
  /** Runs vitest in a folder of its own, and resolves with its exit code and very last line. */
  async function closing(files: Record<string, string>): Promise<[number | null, string]> {
    const folder = await mkdtemp(join(tmpdir(), 'driftpin-closing-'))
    try {
      const reporters = ['default', join(here, 'closing-line.ts')]
      const test = { globals: true, reporters, include: ['*.test.mjs'] }
      const setup = 'setup.mjs' in files ? { globalSetup: ['./setup.mjs'] } : {}
      const config = `export default ${JSON.stringify({ test: { ...test, ...setup } })}`
      for (const [name, text] of Object.entries({ ...files, 'vitest.config.mjs': config })) {
        await writeFile(join(folder, name), text)
      }
      const vitest = join(
        dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
        'vitest.mjs',
      )
      const run = spawn(process.execPath, [vitest, 'run'], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      run.stdout.on('data', (chunk) => {
        output += chunk
      })
      run.stderr.on('data', (chunk) => {
        output += chunk
      })
      const [code] = await once(run, 'close')
      return [code, output.trimEnd().split('\n').at(-1)!]
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  const passing = "test('a', () => {})\n"
  const throwing = "() => { throw new Error('planted') }"

  test.each<[string, Record<string, string>, number, string]>([
    ['counts what passed', { 'a.test.mjs': passing }, 0, '1 passed, 0 failed'],
    [
      'counts what failed and what was skipped',
      { 'a.test.mjs': `${passing}test('b', ${throwing})\ntest.skip('c', () => {})` },
      1,
      '1 passed, 1 failed, 1 skipped',
    ],
    [
      'counts a hook that failed',
      { 'a.test.mjs': `${passing}describe('s', () => { afterAll(${throwing}); ${passing} })` },
      1,
      '2 passed, 1 failed',
    ],
    [
      'counts a file that cannot be loaded',
      { 'a.test.mjs': passing, 'b.test.mjs': "throw new Error('planted')" },
      1,
      '1 passed, 1 failed',
    ],
    [
      'counts an error nobody handled',
      { 'a.test.mjs': `${passing}test('b', () => { Promise.reject(new Error('planted')) })` },
      1,
      '2 passed, 1 failed',
    ],
    [
      'counts a global setup that failed',
      { 'a.test.mjs': passing, 'setup.mjs': `export const setup = ${throwing}` },
      1,
      '0 passed, 1 failed',
    ],
    ['counts a run without a test file', {}, 1, '0 passed, 1 failed'],
  ])('%s', async (_, files, code, line) => {
    expect(await closing(files)).toEqual([code, line])
  })
})
