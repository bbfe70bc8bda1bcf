import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { fromPGlite } from '../database/index.js'
import {
  type DatabaseMark,
  type EmbeddedHarnessOptions,
  type EmbeddedTestDatabase,
  openHarness,
} from '../harness/index.js'
import { createMigrator, ledgerName } from '../migrations/index.js'
import { openEar } from './ear.js'
import { type Ground, type GroundInstall, type GroundOptions, schemas } from './ground.js'
import { openRowReader } from './row-reader.js'

/** The seed of everything random in SQL, so that a history that is run again is the same. */
const randomSeed = 1

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
  const setup: EmbeddedHarnessOptions['setup'] = async ({ pglite }) => {
    for (const schema of Object.values(schemas)) {
      const database = fromPGlite(pglite, { schema })
      await createMigrator(database, { migrations }).up()
    }
  }
  const texts = JSON.stringify([migrations, schemas])
  const cacheKey = `laws ${createHash('sha256').update(texts).digest('hex')}`
  const options = { setup, randomSeed, clock: 'test' } as const
  // An image is kept of our own schema, and not of every one that somebody tries.
  const harness = await openHarness(isOurs ? { ...options, cacheKey } : options)
  try {
    let standing = await stand(await harness.createDatabase(), prepare)
    const { rows } = await standing.db.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    )
    return {
      engine: `PGlite (PostgreSQL ${rows[0]!.version})`,
      get installs() {
        return standing.installs
      },
      get clock() {
        return standing.db.clock
      },
      async reset() {
        const { db, pglite, mark } = standing
        await db.rewind(mark)
        if (db.pglite === pglite) return
        // After a crash the harness has another instance, which the adapters do not know.
        await db.close()
        standing = await stand(await harness.createDatabase(), prepare)
      },
      async beginHere() {
        standing.mark = await standing.db.mark()
      },
      digest: () => standing.db.digest(),
      async keep() {
        const path = resolve(evidence)
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await standing.db.save(path)
        return `npx driftpin open ${relative('', path)}`
      },
      close: () => harness.close(),
    }
  } catch (error) {
    await harness.close()
    throw error
  }
}

interface Standing {
  readonly db: EmbeddedTestDatabase
  readonly pglite: EmbeddedTestDatabase['pglite']
  readonly installs: Ground['installs']
  mark: DatabaseMark
}

/** Both installations of a fresh database, and the point that histories begin at. */
async function stand(
  db: EmbeddedTestDatabase,
  prepare: GroundOptions['prepare'],
): Promise<Standing> {
  const { pglite } = db
  const install = async (name: 'first' | 'second'): Promise<GroundInstall> => {
    const database = fromPGlite(pglite, { schema: schemas[name] })
    await prepare?.(database)
    const options = { except: [ledgerName], prepared: true }
    const reader = await openRowReader(database, options)
    return { name, database, reader, ear: await openEar(database) }
  }
  const installs = [await install('first'), await install('second')] as const
  return { db, pglite, installs, mark: await db.mark() }
}
