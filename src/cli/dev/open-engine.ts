import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { DriftpinError, messageOf } from '../../errors.js'
import { readWasm } from '../../harness/index.js'
import { UsageError } from '../command-error.js'
import { versionFile } from '../data-folder.js'
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

/** Why PostgreSQL does not start in a folder. What is in there stays as it is. */
export class EngineNotStarted extends DriftpinError {
  readonly words: string

  constructor(folder: string, words: string | undefined, cause: unknown) {
    const why = words ?? messageOf(cause)
    super(
      'engine_broken',
      `PostgreSQL does not start in ${folder}: ${why}. Nothing in there was changed for good. Mend ` +
        'that, go back with driftpin image restore, or begin anew with driftpin dev --fresh.',
      cause,
    )
    this.words = why
  }
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
 * @throws UsageError for a folder of another version, and EngineNotStarted.
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
    throw new EngineNotStarted(folder, words, cause)
  }
  return { pglite, lastWords: () => words }
}

async function checkVersion(folder: string): Promise<void> {
  const found = (await readFile(join(folder, versionFile), 'utf8')).trim()
  if (found === String(postgresMajor)) return
  throw new UsageError(
    `${folder} holds a database of PostgreSQL ${found}, and this driftpin has PostgreSQL ` +
      `${postgresMajor}. Dump it with the version that made it, or name another folder with --data.`,
  )
}
