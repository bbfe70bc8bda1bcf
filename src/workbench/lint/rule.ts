import type { LintedFolder } from './linted-folder.js'
import type { LintedScript } from './linted-script.js'
import type { MigratedCatalog } from './migrated-catalog.js'

/** A place that breaks a rule. */
export interface Offence {
  readonly script: LintedScript
  /** The offset in the file, in bytes. */
  readonly at: number
  /** A sentence that says what happens there, with the names. */
  readonly message: string
  /** What to do, if it differs from the rule's own text. */
  readonly fix?: string
}

interface Described {
  /** The name in kebab-case, which comments allow. */
  readonly id: string
  /** One sentence: why it matters in production. */
  readonly why: string
  /** What to do instead. */
  readonly instead: string
  /** False if the options leave the rule nothing to check. */
  readonly applies?: (folder: LintedFolder) => boolean
}

/** A rule that checks the files, and also the migrated database if there is one. */
interface FileRule extends Described {
  readonly needsCatalog: false
  readonly check: (folder: LintedFolder, catalog?: MigratedCatalog) => Iterable<Offence>
}

/** A rule that needs the migrated database. */
interface CatalogRule extends Described {
  readonly needsCatalog: true
  readonly check: (folder: LintedFolder, catalog: MigratedCatalog) => Iterable<Offence>
}

/** A rule that squawk checks. */
interface SquawkRule extends Described {
  readonly needsCatalog: false
  /** The names of the rules of squawk whose findings count. */
  readonly squawk: readonly string[]
  /** Whether down files break it too; true by default. */
  readonly inDowns?: boolean
}

/** One thing that a migration should not do to a database in production. */
export type Rule = FileRule | CatalogRule | SquawkRule
