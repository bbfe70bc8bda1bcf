import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fromPGlite, type Queryable } from '../database/index.js'
import { messageOf } from '../errors.js'
import { dumpRows } from './dump-rows.js'
import { endClients } from './instance-clients.js'
import { isRunning } from './is-running.js'
import type { TestInstance } from './test-instance.js'
import { saveImage } from './write-image.js'

/** Ten images are some 200 MB; what fails after that is kept as rows alone. */
const imagesMax = 10

/** Databases of failed tests are kept in a folder for each run, of which only the last stays. */
export interface Evidence {
  /**
   * Keeps the database of a failed test, and says in words where, or why not: that never fails.
   *
   * @param around The transaction around the test, where there is one.
   */
  keep(test: string, instance: TestInstance, around?: Queryable): Promise<string>
  /** Removes what an earlier try of a test kept, once it passed. */
  forget(test: string): Promise<void>
}

/**
 * @param root The folder for all runs; what is in there of runs that ended is removed.
 * @param run The process id of the run, which all of its workers have in common.
 */
export async function openEvidence(root: string, run: number): Promise<Evidence> {
  const folder = join(root, String(run))
  await removeOthers(root, String(run))
  // Shorter to read, and to paste where the tests were started.
  const pathOf = (test: string) => relative('', join(folder, nameOf(test)))
  const evidence: Evidence = {
    async keep(test, instance, around) {
      const path = pathOf(test)
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        // An earlier try of the same test makes room for this one.
        await evidence.forget(test)
        const kept = (await readdir(folder)).filter((name) => name.endsWith('.image')).length
        const image = kept < imagesMax ? instance.imageNow?.() : undefined
        if (image) await saveImage(`${path}.image`, image)
        // The image has their transactions; the rows that were committed are read without them.
        await endClients(instance.pglite)
        const rows = await rowsOf(instance, around)
        if (rows !== undefined) await writeFile(`${path}.sql`, rows, { mode: 0o600 })
        if (image) return `Its database is kept: npx driftpin open ${path}.image`
        return rows === undefined
          ? 'Its rows could not be read: it ended in the middle of a statement or a transaction.'
          : `The rows of its database are kept: ${path}.sql`
      } catch (error) {
        return `Its database could not be kept: ${messageOf(error)}`
      }
    },
    async forget(test) {
      for (const ending of ['image', 'sql']) await rm(`${pathOf(test)}.${ending}`, { force: true })
    },
  }
  return evidence
}

/** Reads what was committed; the image, taken before, has the open transaction as well. */
async function rowsOf(
  { pglite, watch }: TestInstance,
  around: Queryable | undefined,
): Promise<string | undefined> {
  try {
    if (around) return await dumpRows(around)
    if (watch.inFlight.size > 0) return undefined
    if (pglite.isInTransaction()) await pglite.exec('ROLLBACK')
    return await dumpRows(fromPGlite(pglite))
  } catch {
    return undefined
  }
}

async function removeOthers(root: string, run: string): Promise<void> {
  const names = await readdir(root).catch(() => [])
  const others = names.filter((name) => /^\d+$/.test(name) && name !== run)
  for (const name of others) {
    if (!isRunning(Number(name))) await rm(join(root, name), { recursive: true, force: true })
  }
}

/** A name that every file system takes, and two tests do not share. */
function nameOf(test: string): string {
  const words = test.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  let hash = 0
  for (const character of test) hash = (hash * 31 + character.codePointAt(0)!) | 0
  return `${words.replaceAll(/^-|-$/g, '').slice(0, 80)}-${(hash >>> 0).toString(36)}`
}
