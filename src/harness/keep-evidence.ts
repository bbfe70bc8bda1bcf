import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { dumpRows } from '../catalog/index.js'
import { fromPGlite, type Queryable } from '../database/index.js'
import { messageOf } from '../errors.js'
import { findSharedEngine, saveImage, type TestInstance } from '../pglite/index.js'

/** Ten images are about 200 MB; of what fails after that only the rows are kept. */
const imagesMax = 10

/**
 * The databases of failed tests. Each is owned by the test that left it: it is replaced when the
 * test fails again and deleted when the test passes, whichever other tests run.
 */
export interface Evidence {
  /**
   * Keeps the database of a failed test. Never fails: it returns a sentence that says where the
   * database is, or why it could not be kept.
   *
   * @param around The transaction around the test, if there is one.
   */
  keep(test: string, instance: TestInstance, around?: Queryable): Promise<string>
  /** Deletes what an earlier run or an earlier try of a test left, after the test has passed. */
  forget(test: string): Promise<void>
}

/** @param folder The folder of all kept databases, created with the first one. */
export function openEvidence(folder: string): Evidence {
  // A relative path is shorter to read, and works in the directory in which the tests were started.
  const pathOf = (test: string) => relative('', join(folder, nameOf(test)))
  const evidence: Evidence = {
    async keep(test, instance, around) {
      const path = pathOf(test)
      try {
        await createFolder(folder)
        await evidence.forget(test)
        const kept = (await readdir(folder)).filter((name) => name.endsWith('.image')).length
        const image = kept < imagesMax ? instance.imageNow?.() : undefined
        if (image) await saveImage(`${path}.image`, image)
        // The image contains open transactions; the rows are those that were committed.
        await findSharedEngine(instance.pglite)?.endForRewind()
        const rows = await rowsOf(instance, around)
        if (rows !== undefined) await writeFile(`${path}.sql`, rows, { mode: 0o600 })
        if (image) return `Its database is kept: npx driftpin open ${path}.image`
        if (rows === undefined) {
          return 'Its rows could not be read: it ended in the middle of a statement or a transaction.'
        }
        const why = kept < imagesMax ? '' : ` (${imagesMax} databases are kept already)`
        return `The rows of its database are kept${why}: ${path}.sql`
      } catch (error) {
        return `Its database could not be kept: ${messageOf(error)}`
      }
    },
    async forget(test) {
      const names = await readdir(folder).catch(() => [])
      const own = names.filter((name) => name.startsWith(`${nameOf(test)}.`))
      for (const name of own) await rm(join(folder, name), { force: true })
    },
  }
  return evidence
}

async function createFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Another process may have created the file first.
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => {})
}

/** Reads what was committed; the image, taken before, has the open transaction as well. */
async function rowsOf(
  { pglite, watch }: TestInstance,
  around: Queryable | undefined,
): Promise<string | undefined> {
  try {
    if (around) return await around.transaction((transaction) => dumpRows(transaction))
    if (watch.inFlight.size > 0) return undefined
    if (pglite.isInTransaction()) await pglite.exec('ROLLBACK')
    return await dumpRows(fromPGlite(pglite))
  } catch {
    return undefined
  }
}

/** A file name that is valid on every file system and different for every test. */
function nameOf(test: string): string {
  const words = test.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  let hash = 0
  for (const character of test) hash = (hash * 31 + character.codePointAt(0)!) | 0
  return `${words.replaceAll(/^-|-$/g, '').slice(0, 80)}-${(hash >>> 0).toString(36)}`
}
