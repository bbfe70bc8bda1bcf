import { type FSWatcher, watch } from 'chokidar'

/** A change is rarely alone: an editor writes, renames and removes. */
const quietMsUsual = 80

/** After what failed: a directory that is replaced is gone for a moment. */
const againMs = 1000

/** What is done about a directory. */
export interface Watch {
  readonly isOfInterest: (path: string) => boolean
  /** Runs at once, and after changes when they have come to rest; never twice at a time. */
  readonly work: () => Promise<void>
  /** Told once of what goes on failing for the same reason. */
  readonly failed: (error: unknown) => void
  /** How long nothing has to change for them to be at rest. */
  readonly quietMs?: number
}

/**
 * Watches a directory until it is closed. Whatever fails is tried again, and then the directory is
 * looked for anew, since another one may have its name.
 */
export async function openWatch(
  path: string,
  { isOfInterest, work, failed, quietMs = quietMsUsual }: Watch,
): Promise<{ close(): Promise<void> }> {
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  let working = Promise.resolve()
  let isClosed = false
  let told: string | undefined

  const tell = (error: unknown) => {
    const message = String(error)
    if (message !== told) failed(error)
    told = message
  }
  const after = (ms: number, run: () => void) => {
    clearTimeout(timer)
    if (!isClosed) timer = setTimeout(run, ms)
  }
  const run = () => {
    working = working.then(async () => {
      if (isClosed) return
      try {
        await work()
        told = undefined
      } catch (error) {
        tell(error)
        after(againMs, () => void begin())
      }
    })
  }
  const begin = async () => {
    await watcher?.close()
    if (isClosed) return
    const ignored = (changed: string) => !isOfInterest(changed)
    const begun = watch(path, { ignoreInitial: true, ignored })
    watcher = begun.on('all', () => after(quietMs, run)).on('error', tell)
    // What changes before it watches would be missed.
    await new Promise<void>((ready) => begun.once('ready', ready))
    run()
  }

  await begin()
  return {
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await watcher?.close()
      await working
    },
  }
}
