import { readWasm } from './engine/wasm.js'
import type { HarnessOptions } from './harness-options.js'
import { readOptions } from './harness-options.js'
import { cacheDirectoryOf, imageName, readCached } from './load-template.js'
import { openHarness } from './open-harness.js'

/** A file of a data directory, or a directory, by its path in there. */
export interface TemplateFile {
  readonly path: string
  /** Undefined for a directory. */
  readonly contents: Uint8Array | undefined
}

const dataDirectory = '/pglite/data/'

/**
 * The data directory of the database that a harness with these options hands out, parents before
 * their children: PostgreSQL starts in it as after a crash, and what was committed is there. It
 * comes from the cached image, without starting an engine, where there is one.
 *
 * @throws DriftpinError What {@link openHarness} throws.
 */
export async function readTemplateFiles(options: HarnessOptions): Promise<TemplateFile[]> {
  return (await readCachedFiles(options)) ?? (await makeFiles(options))
}

async function readCachedFiles(options: HarnessOptions): Promise<TemplateFile[] | undefined> {
  const directory = cacheDirectoryOf(options)
  const { isProven, build } = await readWasm()
  if (!directory || !isProven) return undefined
  const read = await readOptions(options)
  // What functions without a key make is kept nowhere.
  if (read.functions.length > 0 && options.cacheKey === undefined) return undefined
  const name = imageName(read, build, options.cacheKey)
  const image = await readCached(directory, name)
  return image?.entries
    .filter(({ path }) => path.startsWith(dataDirectory) && !path.endsWith('/postmaster.pid'))
    .map(({ path, contents }) => ({ path: path.slice(dataDirectory.length), contents }))
}

/** Of a database that is made for it, so that the next time there is an image. */
async function makeFiles(options: HarnessOptions): Promise<TemplateFile[]> {
  await using harness = await openHarness(options)
  await using db = await harness.createDatabase()
  await db.pglite.exec('CHECKPOINT')
  const { FS } = db.pglite.Module
  const files: TemplateFile[] = []
  const visit = (directory: string) => {
    for (const name of FS.readdir(`${dataDirectory}${directory}`)) {
      if (name === '.' || name === '..' || name === 'postmaster.pid') continue
      const path = `${directory}${name}`
      const isDirectory = FS.isDir(FS.stat(`${dataDirectory}${path}`).mode)
      const contents = isDirectory ? undefined : FS.readFile(`${dataDirectory}${path}`)
      files.push({ path, contents })
      if (isDirectory) visit(`${path}/`)
    }
  }
  visit('')
  return files
}
