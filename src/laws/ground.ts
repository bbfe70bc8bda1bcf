import type { Database } from '../database/index.js'
import type { TestClock } from '../harness/index.js'
import type { Migration } from '../migrations/index.js'
import type { Ear } from './ear.js'
import type { RowReader } from './row-reader.js'

/** A database with the schema in it twice, that histories are run on one after the other. */
export interface Ground {
  /** What it is, such as `PGlite` or `PostgreSQL 18.4`. */
  readonly engine: string
  readonly installs: readonly [GroundInstall, GroundInstall]
  readonly clock: TestClock | undefined
  /** Back to where every history begins: no row in any table, or what was kept as the beginning. */
  reset(): Promise<void>
  /** From now on a reset comes back to what there is now. Missing where it cannot be had. */
  beginHere?(): Promise<void>
  /** A hash of everything that a history left, for comparing two runs of one history. */
  digest(): Promise<string>
  /** Keeps the database of a failure, and says how to open it. */
  keep(): Promise<string>
  close(): Promise<void>
}

export interface GroundInstall {
  readonly name: 'first' | 'second'
  readonly database: Database
  readonly reader: RowReader
  readonly ear: Ear
}

/** What a ground is made of. */
export interface GroundOptions {
  readonly migrations: readonly Migration[]
  /** Whether those are driftpin's own. */
  readonly isOurs?: boolean
  /** Changes the schema after it was migrated, such as by a defect that the laws have to find. */
  readonly prepare?: ((database: Database) => Promise<void>) | undefined
}

export const schemas = { first: 'public', second: 'the second' } as const
