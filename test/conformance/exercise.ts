import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../src/index.js'
import { type ConformanceEngine, type OpenEngine, openEmbedded } from './engine.js'
import { exerciseCatalog } from './exercise-catalog.js'
import { exerciseLaws } from './exercise-laws.js'
import { exerciseMigrations } from './exercise-migrations.js'
import { type Answers, exerciseOperations } from './exercise-operations.js'
import { exerciseTypes } from './exercise-types.js'
import { readSurroundings } from './read-surroundings.js'
import { callable } from './record-calls.js'

/** What an engine has to agree with. */
interface Reference {
  readonly answers: Answers
  readonly surroundings: readonly string[]
}

let reference: Promise<Reference> | undefined

/** PGlite by its own methods, once for a file. */
export function readReference(): Promise<Reference> {
  reference ??= makeReference()
  return reference
}

async function makeReference(): Promise<Reference> {
  const engine = await openEmbedded()
  try {
    const [database] = await install(engine, 1)
    const surroundings = await readSurroundings(database!)
    return { surroundings, answers: await exerciseOperations(engine, [database!]) }
  } finally {
    await engine.close()
  }
}

export async function install(engine: ConformanceEngine, count: number): Promise<Database[]> {
  const names = Array.from({ length: count }, (_, index) => `conformance ${index + 1}`)
  const databases = names.map((name) => engine.database(name))
  const migrate = (database: Database) => engine.api.createMigrator(database).up()
  const { prepare = migrate } = engine
  for (const database of databases) await prepare(database)
  return databases
}

/**
 * All that driftpin does, once, on one engine: what is not the same as in PGlite, or is not done at
 * all, fails.
 *
 * @param open Opens the engine with nothing of ours in it.
 */
export function exercise(name: string, open: OpenEngine): void {
  describe(name, () => {
    let engine: ConformanceEngine
    let databases: Database[]
    beforeAll(async () => {
      await readReference()
      engine = await open()
      databases = await install(engine, 2)
    })
    afterAll(async () => {
      await engine?.close()
    })

    test('has the catalog that was generated, and around it what all have', async () => {
      await exerciseCatalog(databases[0]!, (await readReference()).surroundings)
    })

    test('writes and reads every value of every type of the schema', async () => {
      await exerciseTypes(databases[0]!)
    })

    test('migrates up, down and up again, adopts, and says when it is behind', async () => {
      await exerciseMigrations(engine)
    })

    test('answers every operation as all others do, and leaves the same rows', async () => {
      const answers = await exerciseOperations(engine, databases)
      expect(answers).toEqual((await readReference()).answers)
    })

    test('keeps the laws over random histories', async () => {
      await exerciseLaws(engine)
    })

    test('was asked for everything that the package exports', () => {
      const adapters = new Set(callable.filter((one) => one.startsWith('from')))
      const asked = [...engine.called].filter((one) => !adapters.has(one))
      expect(asked.toSorted()).toEqual(callable.filter((one) => !adapters.has(one)).toSorted())
      expect([...engine.called].filter((one) => adapters.has(one))).toHaveLength(2)
    })
  })
}
