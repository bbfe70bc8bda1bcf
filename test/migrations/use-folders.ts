import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { type Database, fromPGlite } from '../../src/index.js'
import { readMigrationFolder } from '../../src/migrations/index.js'
import { openPGlite } from '../support/open-pglite.js'
import { type Files, folderOf } from '../support/temporary-folder.js'

export const read = async (files: Files) => readMigrationFolder(await folderOf(files))

/** A migration that notes that it ran. */
export const step = (name: string) =>
  'CREATE TABLE IF NOT EXISTS ran (at serial, name text);\n' +
  `INSERT INTO ran (name) VALUES ('${name}');\n`

/** Files that note their names when they run. */
export const steps = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, step(name)]))

/** What `work` throws, which must be an error of ours with a cause. */
export async function failure(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (error) => error,
  )
  expect(error).toMatchObject({ name: 'DriftpinError', cause: expect.anything() })
  return error as { code: string; message: string; cause: { code?: string } }
}

/** A PGlite for the tests of a file, empty at the start of each of them. */
export function useFolders() {
  let pglite: PGlite
  let database: Database
  beforeAll(async () => {
    pglite = await openPGlite()
    database = fromPGlite(pglite)
  })
  afterAll(() => pglite.close())
  beforeEach(() => database.script('DROP SCHEMA public CASCADE; CREATE SCHEMA public'))
  return {
    database: () => database,

    /** Applies a folder, and returns which tool it is for. */
    async apply(files: Files): Promise<string> {
      const folder = await read(files)
      await folder.apply(database)
      return folder.tool
    },

    /** The names of the {@link steps} in the order in which they ran. */
    async ran(): Promise<string[]> {
      const { rows } = await database.query<{ name: string }>('SELECT name FROM ran ORDER BY at')
      return rows.map(({ name }) => name)
    },

    async indexes(): Promise<string[]> {
      const { rows } = await database.query<{ name: string }>(
        "SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public' ORDER BY name",
      )
      return rows.map(({ name }) => name)
    },
  }
}
