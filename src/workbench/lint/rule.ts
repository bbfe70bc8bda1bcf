import type { LintedFolder } from './linted-folder.js'
import type { LintedScript } from './linted-script.js'
import type { MigratedCatalog } from './migrated-catalog.js'

/** A place where a rule does not hold. */
export interface Offence {
  readonly script: LintedScript
  /** The byte of the file where it is. */
  readonly at: number
  /** What happens there, with its names, as a sentence. */
  readonly message: string
  /** What to do, where it is not what the rule always says. */
  readonly fix?: string
}

interface Described {
  /** In kebab-case; what a silence names. */
  readonly id: string
  /** One sentence: why it matters in production. */
  readonly why: string
  /** What to do instead. */
  readonly instead: string
  /** False where the options leave the rule nothing to look at. */
  readonly applies?: (folder: LintedFolder) => boolean
}

/** A rule that the files answer. Where they can be run, it may ask what became of them too. */
interface FileRule extends Described {
  readonly needsCatalog: false
  readonly check: (folder: LintedFolder, catalog?: MigratedCatalog) => Iterable<Offence>
}

/** A rule that only a database answers that ran the migrations. */
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

/** One thing that a migration should not do to a database with rows and users. */
export type Rule = FileRule | CatalogRule | SquawkRule
