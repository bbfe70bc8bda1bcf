import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { readWasm } from '../../harness/engine/wasm.js'
import { UsageError } from '../command-error.js'
import { postgresMajor } from './postgres-major.js'

/**
 * PGlite's own 128 MB are cleared page by page at every start, which takes longer than all else
 * that PostgreSQL does there. What lies in a file is in the memory of the machine anyway.
 */
const sharedBuffers = '16MB'

/** A PGlite that serves clients, who make arrays of what they are sent themselves. */
class ServedPGlite extends PGlite {
  /** Asks for all types that have arrays: the longest of the queries before the first one. */
  override async _initArrayTypes(): Promise<void> {}
}

/** A PGlite on a folder, and what PostgreSQL says when it has to give up. */
export interface FolderEngine {
  readonly pglite: PGlite
  readonly lastWords: () => string | undefined
}

/**
 * Starts PostgreSQL on a folder that holds a database. What a client was told is in its files by
 * then, so that a process which is killed loses none of it. The caller has the folder's lock.
 *
 * @throws UsageError for a folder of another version, and an Error with PostgreSQL's own words
 * where it does not start.
 */
export async function openEngine(folder: string): Promise<FolderEngine> {
  await checkVersion(folder)
  let words: string | undefined
  const pglite = new ServedPGlite({
    dataDir: folder,
    relaxedDurability: false,
    pgliteWasmModule: await (await readWasm()).module(),
    startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${sharedBuffers}`],
    onStderr: (line) => {
      words = /\b(?:FATAL|PANIC): +(.+)/.exec(line)?.[1] ?? words
      return false
    },
  })
  try {
    await pglite.waitReady
  } catch (cause) {
    const why = words ?? (cause instanceof Error ? cause.message : String(cause))
    throw new Error(
      `PostgreSQL does not start in ${folder}: ${why}. Nothing in it was given up. Mend that, go ` +
        'back to an image with driftpin image restore, or begin anew with --fresh.',
      { cause },
    )
  }
  return { pglite, lastWords: () => words }
}

async function checkVersion(folder: string): Promise<void> {
  const found = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim()
  if (found === String(postgresMajor)) return
  throw new UsageError(
    `${folder} holds a database of PostgreSQL ${found}, and this driftpin has PostgreSQL ` +
      `${postgresMajor}. Dump it with the version that made it, or name another folder with --data.`,
  )
}
