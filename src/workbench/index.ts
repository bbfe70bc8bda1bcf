// The public list of `driftpin/workbench`: what works on a folder of migrations.

export { applyRenumber, finishRenumber, hasUnfinishedRenumber } from './numbers/apply-renumber.js'
export { assertNotApplied } from './numbers/assert-not-applied.js'
export type { ReferenceEdit } from './numbers/find-references.js'
export { type NewMigrationOptions, newMigration } from './numbers/new-migration.js'
export {
  type FileMove,
  type MigrationMove,
  planRenumber,
  type RenumberOptions,
  type RenumberPlan,
} from './numbers/plan-renumber.js'
export { type PrintedRange, printSteps, stepsBetween } from './print-steps.js'
