import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.js'
import { queryOnce } from './query-once.js'
import { type Account, copyBinaries, give, unprivilegedAccount } from './server-binaries.js'

/** The oldest and the newest PostgreSQL we promise to run on: they can disagree the most. */
export const serverMajors = [14, 18] as const

/** How a server differs from the usual one. */
export interface RealServerOptions {
  /** Settings such as `TimeZone=Canada/Newfoundland`, after those that every server has. */
  readonly settings?: readonly string[]
  /** What initdb is told of locale and encoding; `--locale=C` by default. */
  readonly locale?: readonly string[]
  /** Keeps what was committed through a crash of the machine, as a server in production does. */
  readonly durable?: boolean
}

/** A PostgreSQL server. Whoever started it must stop it, or hold it by `await using`. */
export interface RealServer extends AsyncDisposable {
  readonly major: number
  /** Connects the superuser `postgres` to the database `postgres`. */
  readonly url: string
  readonly pid: number
  /**
   * Ends it and starts it again on the same port: sessions are cut off at once (`immediate` as by
   * a crash, with recovery after it). The pid is another one then.
   */
  restart(how?: 'fast' | 'immediate'): Promise<void>
  /** Resolves once the process has ended and its files are gone. A second call changes nothing. */
  stop(): Promise<void>
}

/** Where one server lives: its own folder, the binaries it shares, and who runs it. */
type Place = { readonly folder: string; readonly binaries: string; readonly account: Account }

const portAttemptsMax = 3
const readyAttemptsMax = 600
const pauseMs = 50
const endAttemptsMax = 200
const logTailLines = 30
// A half-removed folder is possible while its last process still writes, so removal tries again.
const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }

const folders = new Set<string>()
const children = new Set<ChildProcess>()
const binariesOf = new Map<number, Promise<string>>()

process.on('exit', abandon)
// Vitest ends its workers with SIGTERM, which by itself skips the handler above. A process that has
// an answer of its own to SIGTERM, such as vitest's main one, keeps it.
if (process.listenerCount('SIGTERM') === 0) {
  process.once('SIGTERM', () => {
    abandon()
    process.kill(process.pid, 'SIGTERM')
  })
}

/** Signals come first, as whoever ends this process may not wait for what the next start can do. */
function abandon(): void {
  for (const child of children) child.kill('SIGQUIT')
  try {
    for (const folder of folders) rmSync(folder, removal)
  } catch {
    // Exiting with an error of ours would hide how the tests went.
  }
}

/**
 * Starts a PostgreSQL of this major on a free port of 127.0.0.1 with durability off, and resolves
 * once it has answered a query. Servers left behind by killed processes are removed first.
 * Fails with the tail of the server's log, and leaves nothing behind when it does.
 */
export async function startRealServer(
  major: number,
  options: RealServerOptions = {},
): Promise<RealServer> {
  await removeLeftovers()
  const account = await unprivilegedAccount()
  const folder = makeFolder()
  try {
    // One copy serves all servers of a major until this process exits.
    const binaries = binariesOf.get(major) ?? placeBinaries(major, account)
    binariesOf.set(major, binaries)
    const place = { folder, account, binaries: await binaries }
    const password = await createDataFolder(place, options)
    let { server, url } = await serve(place, password, options)
    let stopped: Promise<void> | undefined
    const stop = () => {
      stopped ??= endServer(server.pid!, folder).then(() => fs.rm(folder, removal))
      return stopped
    }
    return {
      major,
      url,
      get pid() {
        return server.pid!
      },
      async restart(how = 'fast') {
        await endServer(server.pid!, folder, how === 'fast' ? 'SIGINT' : 'SIGQUIT')
        const again = await serve(place, password, options, Number(new URL(url).port))
        ;({ server, url } = again)
      },
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (cause) {
    await fs.rm(folder, removal)
    throw new Error(`PostgreSQL ${major} did not start. ${(cause as Error).message}`, { cause })
  }
}

/** The name carries our pid, by which a later process tells that the folder has no owner left. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), `driftpin-server-${process.pid}-`))
  folders.add(folder)
  return folder
}

async function placeBinaries(major: number, account: Account): Promise<string> {
  const folder = makeFolder()
  await copyBinaries(major, folder, account)
  return folder
}

async function createDataFolder(
  place: Place,
  { locale = ['--locale=C'] }: RealServerOptions,
): Promise<string> {
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(place.folder, 'password')
  await fs.writeFile(passwordFile, password, { mode: 0o600 })
  await give(place.folder, place.account)
  await give(passwordFile, place.account)
  const initdb = launch(place, 'initdb', [
    ...['-D', dataFolder(place.folder), '-U', 'postgres', `--pwfile=${passwordFile}`],
    ...['--encoding=UTF8', ...locale, '--auth=scram-sha-256', '--no-sync'],
  ])
  if (initdb.pid) await once(initdb, 'close')
  if (initdb.exitCode !== 0) throw new Error(`initdb failed.\n${await logTail(place)}`)
  await fs.rm(passwordFile)
  return password
}

const fleeting = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']

/** Another process can take the port before the server does, so it gets more than one try. */
async function serve(
  place: Place,
  password: string,
  { settings: own = [], durable = false }: RealServerOptions,
  portAgain?: number,
) {
  for (let attempt = 1; attempt <= portAttemptsMax; attempt += 1) {
    const port = portAgain ?? (await freePort())
    const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`
    const settings = [
      ...['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='],
      ...(durable ? [] : fleeting),
      ...['max_connections=200', 'shared_buffers=64MB', 'deadlock_timeout=100ms'],
      ...own,
    ].flatMap((setting) => ['-c', setting])
    const server = launch(place, 'postgres', ['-D', dataFolder(place.folder), ...settings])
    if (await answers(server, url)) {
      // A server nobody stopped must not keep its process from exiting, which is what ends it.
      server.unref()
      return { server, url }
    }
    if (server.pid) await endServer(server.pid, place.folder)
  }
  throw new Error(`It ended or never answered.\n${await logTail(place)}`)
}

function launch(place: Place, program: string, args: string[]): ChildProcess {
  const log = openSync(logFile(place.folder), 'a')
  const child = spawn(join(place.binaries, 'bin', program), args, {
    cwd: place.folder,
    stdio: ['ignore', log, log],
    ...place.account,
  })
  closeSync(log)
  children.add(child)
  child.once('error', ({ message }) => {
    appendFileSync(logFile(place.folder), `${message}. Can its user enter ${tmpdir()}?\n`)
  })
  return child
}

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  for (let attempt = 1; attempt <= readyAttemptsMax; attempt += 1) {
    if (!child.pid || child.exitCode !== null || child.signalCode !== null) return false
    try {
      await queryOnce(url, 'SELECT 1')
      return true
    } catch {
      await sleep(pauseMs)
    }
  }
  return false
}

/**
 * Fast first, then at once, then as the kernel does it, with ten seconds for each. The pid may be
 * another process's by now, so it is signalled only while it serves this folder.
 */
async function endServer(
  pid: number,
  folder: string,
  first: 'SIGINT' | 'SIGQUIT' = 'SIGINT',
): Promise<void> {
  const serves = async () => (await argumentsOf(pid)).includes(dataFolder(folder))
  for (const signal of [first, 'SIGQUIT', 'SIGKILL'] as const) {
    if (!(await serves())) return
    kill(pid, signal)
    for (let attempt = 1; attempt <= endAttemptsMax && (await serves()); attempt += 1) {
      await sleep(pauseMs)
    }
  }
  if (await serves()) throw new Error(`Process ${pid} did not end, not even by SIGKILL.`)
}

/** Tells whether there is such a process, whoever it belongs to. Signal 0 only asks. */
function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function logTail(place: Place): Promise<string> {
  const lines = (await fs.readFile(logFile(place.folder), 'utf8')).trimEnd().split('\n')
  return lines.slice(-logTailLines).join('\n')
}

const dataFolder = (folder: string) => join(folder, 'data')
const logFile = (folder: string) => join(folder, 'log')

/**
 * A process killed with SIGKILL leaves its servers running. Whoever starts the next one ends them.
 * What cannot be removed belongs to another user, and is no reason to refuse a new server.
 */
async function removeLeftovers(): Promise<void> {
  const left = (await fs.readdir(tmpdir())).filter((name) => {
    const parent = /^driftpin-server-(\d+)-/.exec(name)
    return parent && !kill(Number(parent[1]), 0)
  })
  await Promise.allSettled(
    left.map(async (name) => {
      const folder = join(tmpdir(), name)
      const lock = join(dataFolder(folder), 'postmaster.pid')
      const pid = Number((await fs.readFile(lock, 'utf8').catch(() => '')).split('\n')[0])
      if (pid > 0) await endServer(pid, folder)
      await fs.rm(folder, removal)
    }),
  )
}

/** A process that has ended has none, and neither has one whose parent has yet to hear of it. */
async function argumentsOf(pid: number): Promise<string[]> {
  if (process.platform === 'linux') {
    return (await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
  }
  const ps = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  return ps.stdout.trim().split(' ')
}
