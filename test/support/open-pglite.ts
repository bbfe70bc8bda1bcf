import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { inject } from 'vitest'

/** A PGlite of one's own, to break or to use as it comes. Whoever opened it closes it. */
export async function openPGlite(): Promise<PGlite> {
  // Starting from the files of another instance saves running initdb.
  return new PGlite({ loadDataDir: new Blob([await readFile(inject('pgliteDataDir'))]) })
}
