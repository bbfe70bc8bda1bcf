import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DriftpinError, messageOf } from '../errors.js'
import { writeAtomically } from './atomic-file.js'

/** The cache keeps this many files, and removes those first that were not used for longest. */
const filesMax = 12

/** No process takes longer to write a file: an older unfinished one was left by a dead process. */
const unfinishedMsMax = 10 * 60 * 1000

/** The names of the files of the cache. Other files in the folder belong to the caller. */
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
 * The folder of the cache: `node_modules/.cache/driftpin` of the project around the
 * working directory, or `DRIFTPIN_CACHE_DIR`.
 */
export function defaultCacheDirectory(): string {
  const { DRIFTPIN_CACHE_DIR: named } = process.env
  return named ? resolve(named) : join(projectDirectory(), 'node_modules/.cache/driftpin')
}

/** Files whose names are a hash of what they were made from. */
export class ImageCache {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** What a file holds; undefined if there is none that can be read. A damaged one is removed. */
  async read<T>(name: string, decode: (bytes: Buffer) => T): Promise<T | undefined> {
    const path = join(this.#directory, name)
    const bytes = await readFile(path).catch(() => undefined)
    if (!bytes) return undefined
    // The time of the last use decides what is removed first. It may not be writable.
    await utimes(path, new Date(), new Date()).catch(() => {})
    try {
      return decode(bytes)
    } catch (error) {
      if (!(error instanceof DriftpinError)) throw error
      await this.remove(name)
      return undefined
    }
  }

  /**
   * Checks that the folder can be written, before an image is made for it.
   *
   * @throws DriftpinError `cache_unwritable`.
   */
  async check(): Promise<void> {
    const name = `check.${randomUUID()}`
    await this.#write(name, [])
    await this.remove(name)
  }

  /**
   * Writes a file, which appears under its name only when it is complete.
   *
   * @throws DriftpinError `cache_unwritable`.
   */
  async write(name: string, parts: readonly Uint8Array[]): Promise<void> {
    await this.#write(name, parts)
    // What this process cannot remove, another may.
    await prune(this.#directory).catch(() => {})
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#directory, name), { force: true }).catch(() => {})
  }

  async #write(name: string, parts: readonly Uint8Array[]): Promise<void> {
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 })
      // It may hold rows of a seed, which only this user may read.
      await writeAtomically(join(this.#directory, name), parts)
    } catch (error) {
      throw unwritable(this.#directory, error)
    }
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
    `The database for these tests cannot be cached in ${directory}: ${why}. ` +
      'Make room there, name another folder with cacheDirectory or DRIFTPIN_CACHE_DIR, or pass ' +
      'cacheDirectory: false to make it again in every process, which takes seconds each time.',
    cause,
  )
}
