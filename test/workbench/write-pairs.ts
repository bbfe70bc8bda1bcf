import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../support/temporary-folder.js'

/** A folder of pairs, `000001_plant.up.sql` and so on; null for a down that is not there. */
export async function writePairs(
  pairs: readonly (readonly [up: string, down: string | null])[],
): Promise<string> {
  const folder = await temporaryFolder()
  for (const [index, [up, down]] of pairs.entries()) {
    const name = nameOfPair(index)
    await writeFile(join(folder, `${name}.up.sql`), up)
    if (down !== null) await writeFile(join(folder, `${name}.down.sql`), down)
  }
  return folder
}

/** What the files of a pair begin with, by its place from 0 on. */
export function nameOfPair(index: number): string {
  return `${String(index + 1).padStart(6, '0')}_plant`
}
