import type { PGlite } from '@electric-sql/pglite'
import type { KeptImage } from './engine/image.js'
import type { WatchedPGlite } from './watch-pglite.js'

/** A PostgreSQL in the process that can be put back, by whatever way there is. */
export interface TestInstance {
  readonly pglite: PGlite
  readonly watch: WatchedPGlite
  /** What `now()` says, in milliseconds since 1970; undefined follows the machine. */
  clock: number | undefined
  /** Where it began. */
  readonly base: object
  mark(): Promise<object>
  rewind(mark: object): Promise<void>
  /** Another one that stands where this one did at the mark. */
  fork(mark: object): Promise<TestInstance>
  /** An image of it as it is; missing where there are no images. */
  imageNow?(): KeptImage
  close(): Promise<void>
}

/** An instance, and the mark that its next user begins at. */
export interface MadeInstance {
  readonly instance: TestInstance
  readonly base: object
}
