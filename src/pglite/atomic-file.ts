import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'

/**
 * Writes a file so that a reader sees the old contents or all of the new ones,
 * even if the machine stops meanwhile. If this fails, the old file remains.
 *
 * @param mode Of a new file. The default lets only this user read it.
 */
export async function writeAtomically(
  file: string,
  contents: string | Iterable<Uint8Array>,
  mode = 0o600,
): Promise<void> {
  const unfinished = `${file}.${process.pid}.${randomUUID()}.tmp`
  try {
    await writeFile(unfinished, contents, { mode, flag: 'wx', flush: true })
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {})
    throw error
  }
}
