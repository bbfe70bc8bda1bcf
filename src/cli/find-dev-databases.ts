import { dirname, join, resolve } from 'node:path'
import { pathExists } from '../harness/index.js'
import { holdsDatabase, usualDataFolder } from './data-folder.js'
import { readServing } from './serving.js'

/** The dev databases of the project that folders are in: in them and above, to where git begins. */
export async function findDevDatabases(folders: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const start of folders) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      const data = join(folder, usualDataFolder)
      if ((await holdsDatabase(data)) || (await readServing(data))) found.add(data)
      if (folder === dirname(folder) || (await pathExists(join(folder, '.git')))) break
    }
  }
  return [...found]
}
