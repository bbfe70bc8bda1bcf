import { randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isRunning } from '../pglite/index.js'
import { UsageError } from './command-error.js'

const lockName = 'driftpin.lock'

/**
 * Stands in a lock beside the pid: a process in a container has the same one whenever it is
 * started, and would take the lock of the one that was killed before it for its own.
 */
const token = randomUUID()

/** Whose a lock is. One on another host may be alive or not: nobody here can tell. */
interface Holder {
  readonly pid: number
  readonly is: 'alive' | 'dead' | 'elsewhere'
  readonly host: string | undefined
}

/** The process that has a data folder, where there is one and it runs here. */
export async function folderHolder(folder: string): Promise<number | undefined> {
  const holder = await holderOf(join(folder, lockName))
  return holder?.is === 'alive' ? holder.pid : undefined
}

/**
 * Runs `work` while no other process works on a data folder: PGlite itself would let two write
 * it, and ruin it.
 *
 * @throws UsageError with the pid of the process that has the folder.
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = join(folder, lockName)
  await takeLock(lock, folder)
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

/**
 * The lock appears with the pid in it, by a hard link, so that nobody sees it empty and takes its
 * holder for dead.
 */
async function takeLock(lock: string, folder: string): Promise<void> {
  const mine = `${lock}.${process.pid}.${randomUUID()}`
  try {
    const startedAt = (await startOf(process.pid)) ?? unknownStart
    await writeFile(mine, `${process.pid} ${token} ${startedAt} ${hostname()}`, { mode: 0o600 })
    while (!(await linked(mine, lock))) {
      const holder = await holderOf(lock)
      if (holder?.is === 'alive') {
        throw new UsageError(`${folder} is in use by process ${holder.pid}. Stop that one first.`)
      }
      if (holder?.is === 'elsewhere') {
        throw new UsageError(
          `${folder} is in use by process ${holder.pid} on ${holder.host}. Stop that one first; ` +
            `if it does not run any more, delete ${lock}.`,
        )
      }
      await removeStale(lock, mine)
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code } = error as { code?: string }
    const why = code === undefined ? '' : ` (${code})`
    throw new UsageError(`${folder} cannot be written${why}.`, { cause: error })
  } finally {
    await rm(mine, { force: true })
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false
    throw error
  }
}

/** Whose a lock is, undefined where there is none. */
async function holderOf(lock: string): Promise<Holder | undefined> {
  const text = await readFile(lock, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const [digits, its, startedAt = unknownStart, host] = text.split(' ')
  const pid = Number(digits)
  if (host !== undefined && host !== hostname()) return { pid, is: 'elsewhere', host }
  const isOfAnother = pid === process.pid && its !== undefined && its !== token
  const isAlive = !isOfAnother && isRunning(pid) && (await isOfStart(pid, startedAt))
  return { pid, is: isAlive ? 'alive' : 'dead', host }
}

const unknownStart = '-'

/** Whether a process that runs is the one that began then: numbers are given again. */
async function isOfStart(pid: number, startedAt: string): Promise<boolean> {
  if (startedAt === unknownStart) return true
  const now = await startOf(pid)
  return now === undefined || now === startedAt
}

/** When a process began, in ticks since the machine did; undefined where the system tells not. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field is a name in brackets, which may hold anything; the start is the 22nd.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
}

/**
 * Takes a dead process's lock away, one process at a time: who looked at a dead lock and then
 * removes the file could remove the fresh lock of somebody who was quicker.
 */
async function removeStale(lock: string, mine: string): Promise<void> {
  const takeover = `${lock}.takeover`
  if (!(await linked(mine, takeover))) {
    const holder = await holderOf(takeover)
    // Gone already is as good as released. A dead one is not taken over in turn.
    if (holder && holder.is !== 'alive') {
      const where = holder.is === 'elsewhere' ? ` on ${holder.host}` : ''
      throw new UsageError(
        `Process ${holder.pid}${where} died while it took over. Delete ${takeover}.`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
    return
  }
  try {
    // Nobody else removes a dead lock now, and a fresh one only comes where there is none.
    const holder = await holderOf(lock)
    if (holder?.is === 'dead') await rm(lock, { force: true })
  } finally {
    await rm(takeover, { force: true })
  }
}
