/**
 * The content of a database, read once as facts, from which manifests, digests and comparisons are
 * derived.
 *
 * @module
 */

export {
  type CatalogState,
  catalogDifferences,
  describeCatalog,
  reorderedTables,
} from './catalog-state.js'
export {
  compareManifests,
  countCompared,
  mustBeGiven,
  type SchemaMismatch,
} from './compare-manifests.js'
export { describeDatabase, digestDatabase } from './digest.js'
export {
  allButSchema,
  type CatalogFact,
  differences,
  type Fact,
  type Facts,
} from './facts.js'
export type {
  ManifestColumn,
  ManifestConstraint,
  ManifestDomain,
  ManifestIndex,
  ManifestTable,
  ManifestView,
  SchemaManifest,
} from './manifest.js'
export { manifestFacts } from './manifest-facts.js'
export { readFacts } from './read-facts.js'
export { type Catalog, readCatalog, readManifest } from './read-manifest.js'
export { digestRows, dumpRows, readRows, type TableDigest, tableName } from './rows.js'
export {
  foreignKeysWithoutIndex,
  mirrorOffences,
  ownersWithoutCascade,
  type ScopedTable,
  scopedTables,
} from './structure.js'
