import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { fromPGlite } from '../database/index.js'
import {
  type EmbeddedHarnessOptions,
  type EmbeddedTestDatabase,
  openHarness,
} from '../harness/index.js'
import { createMigrator } from '../migrations/index.js'
import {
  type Environment,
  type EnvironmentOptions,
  openInstallation,
  schemas,
} from './environment.js'

/** The seed of all randomness in SQL, so that a history that is run again is the same. */
const randomSeed = 1

/**
 * A PGlite in this process, which a rewind returns to the start in a few milliseconds.
 *
 * @param options.evidence The file in which the database of a failure is kept.
 */
export async function openEmbeddedEnvironment({
  migrations,
  isOurs,
  prepare,
  evidence,
}: EnvironmentOptions & { readonly evidence: string }): Promise<Environment> {
  const setup: EmbeddedHarnessOptions['setup'] = async ({ pglite }) => {
    for (const schema of Object.values(schemas)) {
      const database = fromPGlite(pglite, { schema })
      await createMigrator(database, { migrations }).up()
    }
  }
  const texts = JSON.stringify([migrations, schemas])
  const cacheKey = `laws ${createHash('sha256').update(texts).digest('hex')}`
  const options = { setup, randomSeed, clock: 'test' } as const
  // Only the image of our own schema is worth caching.
  const harness = await openHarness(isOurs ? { ...options, cacheKey } : options)
  try {
    let prepared = await prepareDatabase(await harness.createDatabase(), prepare)
    const { rows } = await prepared.db.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    )
    return {
      engine: `PGlite (PostgreSQL ${rows[0]!.version})`,
      get installations() {
        return prepared.installations
      },
      get clock() {
        return prepared.db.clock
      },
      async reset() {
        const { db, pglite, mark } = prepared
        await db.rewind(mark)
        if (db.pglite === pglite) return
        // After a crash the harness has a new instance, which the adapters do not know.
        await db.close()
        prepared = await prepareDatabase(await harness.createDatabase(), prepare)
      },
      async beginHere() {
        prepared.mark = await prepared.db.mark()
      },
      digest: () => prepared.db.digest(),
      async keep() {
        const path = resolve(evidence)
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await prepared.db.save(path)
        return `npx driftpin open ${relative('', path)}`
      },
      close: () => harness.close(),
    }
  } catch (error) {
    await harness.close()
    throw error
  }
}

/** Opens both installations of a new database, and marks the start of every history. */
async function prepareDatabase(db: EmbeddedTestDatabase, prepare: EnvironmentOptions['prepare']) {
  const { pglite } = db
  const open = (name: 'first' | 'second') =>
    openInstallation(name, fromPGlite(pglite, { schema: schemas[name] }), {
      prepare,
      prepared: true,
    })
  const installations = [await open('first'), await open('second')] as const
  return { db, pglite, installations, mark: await db.mark() }
}
