import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.js'
import { queryOnce } from './query-once.js'
import { unprivilegedAccount } from './server-binaries.js'

/** Who may come through the pooler, and with which password. */
interface PoolerUser {
  readonly username: string
  readonly password: string
}

/** A pooler in front of a server. Whoever started it stops it, or holds it by `await using`. */
export interface PgBouncer extends AsyncDisposable {
  /** Goes to any database of the server, as its superuser or as one of the users it was told. */
  urlOf(database: string, user?: PoolerUser): string
}

const attemptsMax = 200
const pauseMs = 50

/** Starts PgBouncer in transaction mode on a free port of 127.0.0.1. It has to be installed. */
export async function startPgBouncer(
  server: string,
  {
    serverConnections,
    users: others = [],
  }: { readonly serverConnections: number; readonly users?: readonly PoolerUser[] },
): Promise<PgBouncer> {
  const { hostname, port: serverPort, username, password } = new URL(server)
  const account = await unprivilegedAccount()
  const folder = await mkdtemp(join(tmpdir(), 'driftpin-pgbouncer-'))
  const port = await freePort()
  const users = join(folder, 'users.txt')
  const configuration = join(folder, 'pgbouncer.ini')
  const known = [{ username, password }, ...others]
  const lines = known.map((user) => `"${user.username}" "${user.password}"\n`)
  await writeFile(users, lines.join(''), { mode: 0o600 })
  await writeFile(
    configuration,
    [
      '[databases]',
      `* = host=${hostname} port=${serverPort}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${users}`,
      'pool_mode = transaction',
      `default_pool_size = ${serverConnections}`,
      'max_client_conn = 100',
      `logfile = ${join(folder, 'log')}`,
      '',
    ].join('\n'),
  )
  if (account) for (const path of [folder, users]) await chown(path, account.uid, account.gid)
  const child = spawn('pgbouncer', ['--quiet', configuration], { stdio: 'ignore', ...account })
  const urlOf = (database: string, user?: PoolerUser) => {
    const url = Object.assign(new URL(server), user)
    url.port = String(port)
    url.pathname = `/${database}`
    return url.href
  }
  const stop = async () => {
    await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  for (let attempt = 1; !(await answers(urlOf('postgres'))); attempt += 1) {
    if (attempt === attemptsMax || child.exitCode !== null) {
      const log = await readFile(join(folder, 'log'), 'utf8').catch(() => 'It wrote no log.')
      await stop()
      throw new Error(`PgBouncer did not start.\n${log}`)
    }
    await sleep(pauseMs)
  }
  return { urlOf, [Symbol.asyncDispose]: stop }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return
  // SIGTERM is an immediate shutdown; SIGINT would wait for its clients.
  child.kill('SIGTERM')
  await once(child, 'close')
}

const answers = (url: string): Promise<boolean> =>
  queryOnce(url, 'SELECT 1').then(
    () => true,
    () => false,
  )
