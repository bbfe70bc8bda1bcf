import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { inject } from 'vitest'
import { readWasm } from '../../src/pglite/index.js'

/** A PGlite of one's own, to break or to use as it comes. Whoever opened it closes it. */
export async function openPGlite(): Promise<PGlite> {
  // Starting from the files of another instance saves running initdb.
  const loadDataDir = new Blob([await readFile(inject('pgliteDataDir'))])
  // PGlite itself would compile its WebAssembly again for every instance.
  return new PGlite({ loadDataDir, pgliteWasmModule: await (await readWasm()).module() })
}
