import type { PGlite } from '@electric-sql/pglite'
import { type SharedEngine, sharedEngineOf } from './shared-engine.js'

/** A PGlite, or what has one: a database of the harness, which may have another one later. */
export type PGliteSource = PGlite | { readonly pglite: PGlite }

export const engineOf = (source: PGliteSource): SharedEngine =>
  sharedEngineOf('pglite' in source ? source.pglite : source)
