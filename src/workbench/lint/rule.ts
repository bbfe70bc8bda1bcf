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

/** One thing that a migration should not do to a database in production. */
export interface Rule {
  /** The name in kebab-case, which comments allow. */
  readonly id: string
  /** One sentence: why it matters in production. */
  readonly why: string
  /** What to do instead. */
  readonly instead: string
  /** False if the options leave the rule nothing to check. */
  readonly applies?: (folder: LintedFolder) => boolean
  /** Checks the files, and also the migrated database if there is one. */
  readonly checkFiles?: (folder: LintedFolder, catalog?: MigratedCatalog) => Iterable<Offence>
  /** Checks the migrated database, without which the rule is not checked. */
  readonly checkCatalog?: (folder: LintedFolder, catalog: MigratedCatalog) => Iterable<Offence>
  /** The names of the rules of squawk whose findings count, without which it is not checked. */
  readonly squawk?: readonly string[]
  /** Whether a down file breaks the rules of squawk too; true by default. */
  readonly inDowns?: boolean
}
