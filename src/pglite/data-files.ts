import type { PGlite } from '@electric-sql/pglite'
import type { Image } from './engine/image.js'
import { filesOf } from './pglite-internals.js'

/** A file of a data directory, or a directory, by its path in there. */
export interface DataFile {
  readonly path: string
  /** Undefined for a directory. */
  readonly contents: Uint8Array | undefined
}

const dataDirectory = '/pglite/data/'

/** The data directory in an image, parents before their children. */
export function dataFilesIn({ entries }: Image): DataFile[] {
  return entries
    .filter(({ path }) => path.startsWith(dataDirectory) && !path.endsWith('/postmaster.pid'))
    .map(({ path, contents }) => ({ path: path.slice(dataDirectory.length), contents }))
}

/** The data directory of a PGlite whose files are in memory, parents before their children. */
export function dataFilesOf(pglite: PGlite): DataFile[] {
  const fs = filesOf(pglite)
  const files: DataFile[] = []
  const visit = (directory: string) => {
    for (const name of fs.readdir(`${dataDirectory}${directory}`)) {
      if (name === '.' || name === '..' || name === 'postmaster.pid') continue
      const path = `${directory}${name}`
      const isDirectory = fs.isDir(fs.stat(`${dataDirectory}${path}`).mode)
      const contents = isDirectory ? undefined : fs.readFile(`${dataDirectory}${path}`)
      files.push({ path, contents })
      if (isDirectory) visit(`${path}/`)
    }
  }
  visit('')
  return files
}
