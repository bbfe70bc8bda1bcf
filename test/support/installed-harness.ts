import { createHash } from 'node:crypto'
import type { HarnessOptions } from '../../src/harness/index.js'
import { createMigrator, fromPGlite } from '../../src/index.js'
import { bundledFiles } from '../../src/migrations/generated/bundled.js'

/** Migrating a schema takes longer than most tests: so many are there from the start. */
export const installedSchemas = 10

/** The name of the schema of an installation, which needs quotes wherever it is written. */
export const schemaOf = (install: number) => `install ${install}`

const hash = createHash('sha256').update(JSON.stringify(bundledFiles)).digest('hex')

/** The databases that tests of the operations run on: the same image for every file of a run. */
export const installedHarness: HarnessOptions = {
  migrations: false,
  key: `installed ${installedSchemas} ${hash}`,
  setup: async ({ pglite }) => {
    for (let install = 1; install <= installedSchemas; install++) {
      await createMigrator(fromPGlite(pglite, { schema: schemaOf(install) })).up()
    }
  },
}
