import { expect } from 'vitest'
import { readManifest } from '../../src/catalog/index.js'
import type { Database } from '../../src/index.js'
import { schemaManifest } from '../../src/schema/generated/manifest.js'
import { readSurroundings } from './read-surroundings.js'

const withoutLedger = { except: ['driftpin_migrations'] }

/** The schema is the one that was generated, and what no manifest has of it is as elsewhere. */
export async function exerciseCatalog(
  database: Database,
  surroundings: readonly string[],
): Promise<void> {
  expect(await readManifest(database, withoutLedger)).toEqual(schemaManifest)
  expect(await readSurroundings(database)).toEqual(surroundings)
}
