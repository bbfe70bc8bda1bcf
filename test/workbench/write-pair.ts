import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Adds a pair to a folder of migrations, and makes the folder where there is none. */
export async function writePair(folder: string, name: string, up: string, down = 'SELECT 1;') {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.up.sql`), up)
  await writeFile(join(folder, `${name}.down.sql`), down)
}
