import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { fromPGlite } from '../database/from-pglite.js'
import { type HarnessOptions, openHarness } from '../harness/index.js'
import { createMigrator } from '../migrations/create-migrator.js'
import { ledgerName } from '../migrations/ledger.js'
import { openEar } from './ear.js'
import { type Ground, type GroundInstall, type GroundOptions, schemas } from './ground.js'
import { openRowReader } from './row-reader.js'

/** The seed of everything random in SQL, so that a history that is run again is the same. */
const random = 1

/**
 * A PGlite in the process, which a rewind takes back to the start in a few milliseconds.
 *
 * @param options.evidence Where the database of a failure is kept.
 */
export async function openEmbeddedGround({
  migrations,
  isOurs,
  prepare,
  evidence,
}: GroundOptions & { readonly evidence: string }): Promise<Ground> {
  const setup: HarnessOptions['setup'] = async ({ pglite }) => {
    for (const schema of Object.values(schemas)) {
      const database = fromPGlite(pglite, { schema })
      await createMigrator(database, { migrations }).up()
    }
  }
  const texts = JSON.stringify([migrations, schemas])
  const key = `laws ${createHash('sha256').update(texts).digest('hex')}`
  const options = { setup, random, clock: 'test' } as const
  // An image is kept of our own schema, and not of every one that somebody tries.
  const harness = await openHarness(isOurs ? { ...options, key } : options)
  try {
    const db = await harness.fork()
    const install = async (name: 'first' | 'second'): Promise<GroundInstall> => {
      const database = fromPGlite(db.pglite, { schema: schemas[name] })
      await prepare?.(database)
      const options = { except: [ledgerName], prepared: true }
      const reader = await openRowReader(database, options)
      return { name, database, reader, ear: await openEar(database) }
    }
    const installs = [await install('first'), await install('second')] as const
    const { rows } = await db.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    )
    let mark = await db.mark()
    const { pglite } = db
    return {
      engine: `PGlite (PostgreSQL ${rows[0]!.version})`,
      installs,
      clock: db.clock,
      async reset() {
        await db.rewind(mark)
        // After a crash the harness has another instance, which the adapters do not know.
        if (db.pglite !== pglite) throw new Error('The engine broke and had to be replaced.')
      },
      async beginHere() {
        mark = await db.mark()
      },
      digest: () => db.digest(),
      async keep() {
        const path = resolve(evidence)
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await db.save(path)
        return `npx driftpin open ${relative('', path)}`
      },
      close: () => harness.close(),
    }
  } catch (error) {
    await harness.close()
    throw error
  }
}
