import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type HarnessOptions, readTemplateFiles } from '../../harness/index.js'
import { newDatabaseFolder } from './replace-database.js'

/**
 * Writes a database, migrated and seeded, beside the place that it will have. It comes from the
 * image that tests with these options begin with.
 *
 * @returns Where it is. What fails half way is removed by the next who settles the folder.
 */
export async function createDatabase(folder: string, options: HarnessOptions): Promise<string> {
  const files = await readTemplateFiles(options)
  const made = newDatabaseFolder(folder)
  mkdirSync(made, { mode: 0o700 })
  // A thousand small files: one after the other takes a third of what promises of all take.
  for (const { path, contents } of files) {
    if (contents) writeFileSync(join(made, path), contents, { mode: 0o600 })
    else mkdirSync(join(made, path), { mode: 0o700 })
  }
  return made
}
