import { join } from 'node:path'
import { readLock, takeLock } from '../pglite/index.js'
import { UsageError } from './command-error.js'

const lockName = 'driftpin.lock'

/** The process that holds a data folder, if there is one and it runs here. */
export async function folderHolder(folder: string): Promise<number | undefined> {
  const holder = await readLock(join(folder, lockName))
  return holder?.is === 'alive' ? holder.pid : undefined
}

/**
 * Runs `work` while no other process uses a data folder: PGlite itself would let two processes
 * write to it, which destroys the database.
 *
 * @throws UsageError with the pid of the process that holds the folder.
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = await takeLock(join(folder, lockName)).catch((error) => {
    const { code } = error as { code?: string }
    const why = code === undefined ? '' : ` (${code})`
    throw new UsageError(`${folder} cannot be written${why}.`, { cause: error })
  })
  if ('pid' in lock) {
    const { pid, is, host, file } = lock
    if (is === 'alive') {
      throw new UsageError(`${folder} is in use by process ${pid}. Stop that one first.`)
    }
    throw new UsageError(
      is === 'elsewhere'
        ? `${folder} is in use by process ${pid} on ${host}. Stop that one first; if it does not ` +
            `run any more, delete ${file}.`
        : `Process ${pid} died while it took over the lock of ${folder}. Delete ${file}.`,
    )
  }
  try {
    return await work()
  } finally {
    await lock.release()
  }
}
