import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DriftpinError, messageOf } from '../errors.js'

/** What a template costs to make is paid once for each of so many; the oldest goes first. */
const filesMax = 12

/** Longer than any process takes to write one, so that what is older was left by a dead one. */
const unfinishedMsMax = 10 * 60 * 1000

/** What this module and its users write; whatever else lies in the folder is the caller's own. */
const finishedName = /^(plain-)?[0-9a-f]{64}\.(image|tar)$/
const unfinishedName =
  /^(plain-)?[0-9a-f]{64}\.((image|tar)\.\d+\.[0-9a-f-]{36}\.tmp|lock(\.takeover|\.\d+\.[0-9a-f-]{36})?)$/

/** The project around the working directory: where its `package.json` is. */
export function projectDirectory(): string {
  let directory = process.cwd()
  while (!existsSync(join(directory, 'package.json'))) {
    const above = dirname(directory)
    if (above === directory) return process.cwd()
    directory = above
  }
  return directory
}

/**
 * The folder for what can be made again: `node_modules/.cache/driftpin` of the project around the
 * working directory, or `DRIFTPIN_CACHE_DIR`.
 */
export function defaultCacheDirectory(): string {
  const { DRIFTPIN_CACHE_DIR: named } = process.env
  return named ? resolve(named) : join(projectDirectory(), 'node_modules/.cache/driftpin')
}

/** Files that are named by a hash of what they were made from. */
export interface ImageCache {
  /** The bytes of an earlier run, or undefined where there are none that can be read. */
  read(name: string): Promise<Buffer | undefined>
  /** Refuses a folder that cannot be written, before anybody works for what goes into it. */
  check(): Promise<void>
  /** Appears under its name whole or not at all. */
  write(name: string, parts: readonly Uint8Array[]): Promise<void>
  remove(name: string): Promise<void>
}

/**
 * @throws DriftpinError `cache_unwritable` from `check` and `write`, where the folder or the disk
 * is at fault.
 */
export function openImageCache(directory: string): ImageCache {
  return {
    async read(name) {
      const path = join(directory, name)
      const bytes = await readFile(path).catch(() => undefined)
      // The time of its last use decides what is removed first; a folder of others' may refuse.
      if (bytes) await utimes(path, new Date(), new Date()).catch(() => {})
      return bytes
    },
    async check() {
      const file = join(directory, `check.${process.pid}.${randomUUID()}.tmp`)
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        await writeAll(file, [])
      } catch (error) {
        throw unwritable(directory, error)
      } finally {
        await rm(file, { force: true }).catch(() => {})
      }
    },
    async write(name, parts) {
      const unfinished = join(directory, `${name}.${process.pid}.${randomUUID()}.tmp`)
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        await writeAll(unfinished, parts)
        await rename(unfinished, join(directory, name))
      } catch (error) {
        await rm(unfinished, { force: true }).catch(() => {})
        throw unwritable(directory, error)
      }
      // What it cannot remove, somebody else may.
      await prune(directory).catch(() => {})
    },
    async remove(name) {
      await rm(join(directory, name), { force: true }).catch(() => {})
    },
  }
}

async function writeAll(path: string, parts: readonly Uint8Array[]): Promise<void> {
  // It may hold rows of a seed: nobody else's business.
  const file = await open(path, 'wx', 0o600)
  try {
    for (const part of parts) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function prune(directory: string): Promise<void> {
  const found = await Promise.all(
    (await readdir(directory)).map(async (name) => {
      const path = join(directory, name)
      const mtimeMs = await stat(path).then(
        (stats) => stats.mtimeMs,
        () => 0,
      )
      return { name, path, mtimeMs }
    }),
  )
  const old = Date.now() - unfinishedMsMax
  const unfinished = found.filter(({ name, mtimeMs }) => unfinishedName.test(name) && mtimeMs < old)
  const finished = found.filter(({ name }) => finishedName.test(name))
  finished.sort((one, other) => other.mtimeMs - one.mtimeMs)
  for (const { path } of [...unfinished, ...finished.slice(filesMax)]) {
    await rm(path, { force: true }).catch(() => {})
  }
}

function unwritable(directory: string, cause: unknown): DriftpinError {
  const why = messageOf(cause)
  return new DriftpinError(
    'cache_unwritable',
    `The database that was made for these tests cannot be kept in ${directory}: ${why}. ` +
      'Make room there, name another folder with cacheDirectory or DRIFTPIN_CACHE_DIR, or pass ' +
      'cacheDirectory: false to make it anew in every process, which takes seconds each time.',
    cause,
  )
}
