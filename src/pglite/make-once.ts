import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunning } from './is-running.js'

const pollMs = 50

/** No template takes so long: whoever has the lock still is not making one. */
const lockMsMax = 5 * 60 * 1000

/** Taken before a test fakes it. */
const { setTimeout } = globalThis

/**
 * Lets one process make what all of them need, while the others wait for it. It saves work and
 * nothing else: where no lock can be had, several make the same thing, and the last one's stays.
 */
export async function makeOnce<T>(
  directory: string,
  name: string,
  { find, make }: { find: () => Promise<T | undefined>; make: () => Promise<T> },
): Promise<T> {
  const lock = join(directory, `${name}.lock`)
  // Where it cannot be made there is no lock either, and `make` says what is wrong.
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch(() => {})
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    const taken = await take(lock)
    if (taken === 'others') {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      continue
    }
    try {
      // It may have been made between the look and the lock.
      return (await find()) ?? (await make())
    } finally {
      if (taken === 'mine') await rm(lock, { force: true }).catch(() => {})
    }
  }
}

async function take(lock: string): Promise<'mine' | 'others' | 'none'> {
  try {
    const file = await open(lock, 'wx', 0o600)
    try {
      await file.writeFile(String(process.pid))
    } catch {
      // An empty one would be taken for that of somebody who is about to write it.
      await rm(lock, { force: true })
      return 'none'
    } finally {
      await file.close()
    }
    return 'mine'
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') return 'none'
  }
  if (await isHeld(lock)) return 'others'
  // A lock of nobody that cannot be removed would be waited for without an end.
  return rm(lock, { force: true }).then(
    () => 'others',
    () => 'none',
  )
}

async function isHeld(lock: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(lock)
    const pid = Number(await readFile(lock, 'utf8'))
    if (Date.now() - mtimeMs > lockMsMax) return false
    // Its owner may not have written its number yet.
    return pid === 0 || isRunning(pid)
  } catch {
    return false
  }
}
