import { randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunning } from '../harness/is-running.js'
import { UsageError } from './command-error.js'

const lockName = 'driftpin.lock'

/**
 * Stands in a lock beside the pid: a process in a container has the same one whenever it is
 * started, and would take the lock of the one that was killed before it for its own.
 */
const token = randomUUID()

/** The process that has a data folder, where there is one and it runs. */
export async function folderHolder(folder: string): Promise<number | undefined> {
  const holder = await holderOf(join(folder, lockName))
  return holder?.isAlive ? holder.pid : undefined
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
    await writeFile(mine, `${process.pid} ${token}`, { mode: 0o600 })
    while (!(await linked(mine, lock))) {
      const holder = await holderOf(lock)
      if (holder?.isAlive) {
        throw new UsageError(`${folder} is in use by process ${holder.pid}. Stop that one first.`)
      }
      await removeStale(lock, mine)
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${folder} cannot be written.`, { cause: error })
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
async function holderOf(
  lock: string,
): Promise<{ readonly pid: number; readonly isAlive: boolean } | undefined> {
  const text = await readFile(lock, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const [digits, its] = text.split(' ')
  const pid = Number(digits)
  const isOfAnother = pid === process.pid && its !== undefined && its !== token
  return { pid, isAlive: !isOfAnother && isRunning(pid) }
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
    if (holder && !holder.isAlive) {
      throw new UsageError(`Process ${holder.pid} died while it took over. Delete ${takeover}.`)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
    return
  }
  try {
    // Nobody else removes a dead lock now, and a fresh one only comes where there is none.
    const holder = await holderOf(lock)
    if (holder && !holder.isAlive) await rm(lock, { force: true })
  } finally {
    await rm(takeover, { force: true })
  }
}
