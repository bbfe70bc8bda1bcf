import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'

/*
 * A lock is a file that names the process that holds it. It is not renewed: a statement can block
 * the event loop for longer than any interval after which a lock without news could be called
 * abandoned.
 */

/** Taken before a test fakes it. */
const { setTimeout } = globalThis

/**
 * Stands in a lock beside the pid: a process in a container has the same pid each time it starts,
 * and would take the lock of a killed predecessor for its own.
 */
const token = randomUUID()

/** The process that a lock names. Whether a process on another host runs is unknown. */
export interface LockHolder {
  readonly pid: number
  readonly is: 'alive' | 'dead' | 'elsewhere'
  readonly host: string | undefined
  /** The file to delete if the process does not run any more. */
  readonly file: string
}

/** A lock that this process holds. */
export interface HeldLock {
  release(): Promise<void>
}

/** Whether there is a process with this number, whoever owns it. */
export function isRunning(pid: number): boolean {
  // 0 and negative numbers are groups of processes.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

/**
 * Takes a lock, or says who holds it. The lock of a process that ended is taken over.
 *
 * @param heldMsMax A lock that is older is taken over too.
 * @throws The error of the file system, if no lock can be written there.
 */
export async function takeLock(
  file: string,
  heldMsMax: number = Number.POSITIVE_INFINITY,
): Promise<HeldLock | LockHolder> {
  // A hard link makes the lock appear complete, so that nobody reads an empty one.
  const mine = `${file}.${process.pid}.${randomUUID()}`
  try {
    const startedAt = (await startOf(process.pid)) ?? unknownStart
    await writeFile(mine, `${process.pid} ${token} ${startedAt} ${hostname()}`, { mode: 0o600 })
    while (!(await linked(mine, file))) {
      const holder = await readLock(file, heldMsMax)
      if (holder && holder.is !== 'dead') return holder
      const stuck = await removeStale(file, mine, heldMsMax)
      if (stuck) return stuck
    }
    await removeUnfinished(file)
    return { release: () => rm(file, { force: true }) }
  } finally {
    await rm(mine, { force: true })
  }
}

/** Removes the files of processes that died before they took the lock. */
async function removeUnfinished(file: string): Promise<void> {
  const [folder, prefix] = [dirname(file), `${basename(file)}.`]
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(prefix) && /^(\d+)\.[0-9a-f-]{36}$/.exec(name.slice(prefix.length))
    if (!pid) continue
    const unfinished = join(folder, name)
    const holder = await readLock(unfinished)
    // An empty one may be about to be written.
    const isWritten = Boolean(holder?.pid) || !isRunning(Number(pid[1]))
    if (holder?.is === 'dead' && isWritten) await rm(unfinished, { force: true })
  }
}

/** Who holds a lock; undefined if nobody does. */
export async function readLock(
  file: string,
  heldMsMax: number = Number.POSITIVE_INFINITY,
): Promise<LockHolder | undefined> {
  let text: string
  let ageMs: number
  try {
    text = await readFile(file, 'utf8')
    ageMs = Date.now() - (await stat(file)).mtimeMs
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    return { pid: Number.NaN, is: 'dead', host: undefined, file }
  }
  const [digits, its, startedAt = unknownStart, host] = text.split(' ')
  const pid = Number(digits)
  if (ageMs > heldMsMax) return { pid, is: 'dead', host, file }
  if (host !== undefined && host !== hostname()) return { pid, is: 'elsewhere', host, file }
  const isOfAnother = pid === process.pid && its !== undefined && its !== token
  const isAlive = !isOfAnother && isRunning(pid) && (await hasStarted(pid, startedAt))
  return { pid, is: isAlive ? 'alive' : 'dead', host, file }
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

const unknownStart = '-'

/** Whether a running process is the one that started then: numbers are reused. */
async function hasStarted(pid: number, startedAt: string): Promise<boolean> {
  if (startedAt === unknownStart) return true
  const now = await startOf(pid)
  return now === undefined || now === startedAt
}

/** When a process started, in ticks since the machine did; undefined if the system does not say. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field is a name in brackets, which may hold anything; the start is the 22nd.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
}

/**
 * Removes the lock of a dead process, one process at a time: a process that found a dead lock and
 * then deletes the file could delete the new lock of a faster one.
 *
 * @returns The holder of the takeover, if that is dead too.
 */
async function removeStale(
  file: string,
  mine: string,
  heldMsMax: number,
): Promise<LockHolder | undefined> {
  const takeover = `${file}.takeover`
  if (!(await linked(mine, takeover))) {
    const holder = await readLock(takeover)
    if (holder && holder.is !== 'alive') return holder
    await new Promise((resolve) => setTimeout(resolve, 5))
    return undefined
  }
  try {
    // Nobody else removes a dead lock now, and a new one appears only where there is none.
    const holder = await readLock(file, heldMsMax)
    if (holder?.is === 'dead') await rm(file, { force: true })
    return undefined
  } finally {
    await rm(takeover, { force: true })
  }
}

const pollMs = 50

/** No template takes so long: a process that still holds the lock is not making one. */
const makingMsMax = 5 * 60 * 1000

/**
 * Lets one process make what several need, while the others wait for it. This only saves work: if
 * no lock can be had, several make the same thing, and the last one's stays.
 */
export async function makeOnce<T>(
  directory: string,
  name: string,
  { find, make }: { find: () => Promise<T | undefined>; make: () => Promise<T> },
): Promise<T> {
  const file = join(directory, `${name}.lock`)
  // If it cannot be made there is no lock either, and `make` says what is wrong.
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch(() => {})
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    const lock = await takeLock(file, makingMsMax).catch(() => undefined)
    // Nobody knows how long to wait for a process of another host, or one that died in a takeover.
    if (lock && 'pid' in lock && lock.is === 'alive') {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      continue
    }
    try {
      // It may have been made between the look and the lock.
      return (await find()) ?? (await make())
    } finally {
      if (lock && 'release' in lock) await lock.release().catch(() => {})
    }
  }
}
