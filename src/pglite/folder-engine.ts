import { PGlite } from '@electric-sql/pglite'
import { DriftpinError, messageOf } from '../errors.js'
import { readWasm } from './engine/wasm.js'
import { skipArrayTypes } from './patch-pglite.js'

/**
 * PGlite's default of 128 MB is cleared page by page at every start, which takes longer than the
 * rest of the start. The operating system caches the files anyway.
 */
const sharedBuffers = '16MB'

/** PostgreSQL does not start in a folder. The files stay as they are. */
export class EngineNotStarted extends DriftpinError {
  readonly words: string

  constructor(folder: string, words: string | undefined, cause: unknown) {
    const why = words ?? messageOf(cause)
    super(
      'engine_broken',
      `PostgreSQL does not start in ${folder}: ${why}. Its files are as they were. Repair ` +
        'that, restore an image with driftpin image restore, or start again with driftpin dev --fresh.',
      cause,
    )
    this.words = why
  }
}

/** A PGlite on a folder, and the last FATAL or PANIC message of PostgreSQL. */
interface FolderEngine {
  readonly pglite: PGlite
  readonly lastWords: () => string | undefined
}

/**
 * Starts PostgreSQL on a folder that holds a database. A client is answered once its changes are in
 * the files, so a process that is killed loses nothing. The caller holds the lock of the folder.
 *
 * @throws EngineNotStarted
 */
export async function openFolderEngine(folder: string): Promise<FolderEngine> {
  let words: string | undefined
  const pglite = new PGlite({
    dataDir: folder,
    relaxedDurability: false,
    pgliteWasmModule: await (await readWasm()).module(),
    startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${sharedBuffers}`],
    onStderr: (line) => {
      words = /\b(?:FATAL|PANIC): +(.+)/.exec(line)?.[1] ?? words
      return false
    },
  })
  skipArrayTypes(pglite)
  try {
    await pglite.waitReady
  } catch (cause) {
    throw new EngineNotStarted(folder, words, cause)
  }
  return { pglite, lastWords: () => words }
}
