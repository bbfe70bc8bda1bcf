import { expect } from 'vitest'
import type { Database } from '../../src/index.js'
import { readManifest } from '../../src/migrations/read-manifest.js'
import { schemaManifest } from '../../src/schema/generated/manifest.js'
import { readSurroundings } from './read-surroundings.js'

/** The schema is the one that was generated, and what no manifest has of it is as elsewhere. */
export async function exerciseCatalog(
  database: Database,
  surroundings: readonly string[],
): Promise<void> {
  expect(await readManifest(database)).toEqual(schemaManifest)
  expect(await readSurroundings(database)).toEqual(surroundings)
}
