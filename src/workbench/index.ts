// The public list of `driftpin/workbench`: what works on a folder of migrations.

export type { Finding } from './lint/finding.js'
export { type LintReport, lintMigrations } from './lint/lint-migrations.js'
export type { LintOptions } from './lint/lint-options.js'
