import type { LintedFolder } from './linted-folder.js'
import type { Offence } from './linted-script.js'
import type { MigratedCatalog } from './migrated-catalog.js'
import type { SquawkProblem } from './squawk.js'

/** What rules check: the files, the database that they make, and what squawk says about them. */
export interface Linted extends LintedFolder {
  /** Without anything in it if the migrations did not run. */
  readonly catalog: MigratedCatalog
  /** Empty if squawk did not run. */
  readonly squawk: readonly SquawkProblem[]
}

/** One thing that a migration should not do to a database in production. */
export interface Rule {
  /** The name in kebab-case, which comments allow. */
  readonly id: string
  /** One sentence: why it matters in production. */
  readonly why: string
  /** What to do instead. */
  readonly instead: string
  /** What the rule cannot be checked without. */
  readonly needs?: 'catalog' | 'squawk'
  /** False if the options leave the rule nothing to check. */
  readonly applies?: (folder: LintedFolder) => boolean
  readonly check: (linted: Linted) => Iterable<Offence>
}
