/**
 * The tables of driftpin as data and types, and the limits.
 *
 * @module
 */

export { schemaManifest } from './generated/manifest.js'
export {
  type ChatMessageRole,
  type ChatStatus,
  constraintNames,
  type DriftpinTables,
  enums,
  tableNames,
} from './generated/tables.js'
export type { JsonObject, JsonValue } from './json.js'
export {
  aggregateHash,
  compareBytes,
  inHashOrder,
  type KindHashes,
  kindHashes,
} from './kind-hashes.js'
export { limits, scanLimits } from './limits.js'
export {
  type BodyKind,
  pushableKinds,
  type ResourceInput,
  type ResourceStatus,
} from './resource.js'
export { textBytes, whyNotStorable } from './storable-text.js'
export { chatScopedTables, type Row } from './tables.js'
