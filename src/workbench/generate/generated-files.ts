import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DriftpinError } from '../../errors.js'
import { changedLines } from '../text-difference.js'
import type { GeneratedFile } from './generate.js'

/**
 * A file that is not what would be made now.
 *
 * @example
 * ```ts
 * const stale: StaleFile[] = await findStale('src/schema', await generateTruths())
 * for (const { file, diff } of stale) console.error(file, diff.join('\n'))
 * ```
 */
export interface StaleFile {
  /** Its path from the folder. */
  readonly file: string
  /** Lines that differ, a few at most; none for a file that is missing. */
  readonly diff: readonly string[]
}

/**
 * Finds the files in a folder that differ from what was generated, or are missing.
 *
 * @example
 * ```ts
 * const stale = await findStale('src/schema', await generateTruths())
 * if (stale.length > 0) process.exitCode = 1
 * ```
 */
export async function findStale(
  folder: string,
  files: readonly GeneratedFile[],
): Promise<StaleFile[]> {
  const stale: StaleFile[] = []
  for (const { file, text } of files) {
    const old = await read(join(folder, file))
    if (old === undefined) stale.push({ file, diff: [] })
    else if (old !== text) stale.push({ file, diff: changedLines(old, text) })
  }
  return stale
}

/**
 * Writes those files that differ from what is there, and answers their names. The folder is made
 * where it is missing.
 *
 * @throws DriftpinError `file_foreign` for a file that was not generated and would be lost, before
 * anything is written.
 *
 * @example
 * ```ts
 * const written = await writeGenerated('src/schema', await generateTruths())
 * console.log(written)
 * ```
 */
export async function writeGenerated(
  folder: string,
  files: readonly GeneratedFile[],
): Promise<string[]> {
  const changed: GeneratedFile[] = []
  for (const one of files) {
    const old = await read(join(folder, one.file))
    if (old !== undefined && !/Made by `/.test(old.split('\n', 1)[0]!)) throw foreign(folder, one)
    if (old !== one.text) changed.push(one)
  }
  for (const { file, text } of changed) {
    const path = join(folder, file)
    await mkdir(dirname(path), { recursive: true })
    // In one step, so that who compiles at this moment sees the old file or the new one.
    await writeFile(`${path}.${process.pid}`, text)
    await rename(`${path}.${process.pid}`, path)
  }
  return changed.map(({ file }) => file)
}

/** How lines end is Git's business. */
async function read(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).replaceAll('\r\n', '\n')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
}

function foreign(folder: string, { file }: GeneratedFile): DriftpinError {
  return new DriftpinError(
    'file_foreign',
    `${join(folder, file)} was not made by driftpin, since its first line does not say so, and ` +
      'would be lost. Move it away, or name another folder.',
    { folder, file },
  )
}
