/**
 * A folder of migrations as tests of vitest, an optional peer.
 *
 * @module
 */

import { describe, test } from 'vitest'
import { DriftpinError } from '../errors.js'
import { readVerifyInput } from './verify/verify-input.js'
import { type VerifyOptions, verifyMigrations } from './verify/verify-migrations.js'
import type { VerifiedMigration, VerifyFinding, VerifyReport } from './verify/verify-report.js'
import { renderFinding } from './verify/verify-report.js'

/** The database is made the first time, and the folder as a whole comes after every step. */
const timeoutMs = 10 * 60 * 1000

const wholeChecks = [
  'rows in every table',
  'key order',
  'nothing left',
  'fresh install',
  'running again',
] as const

/**
 * Registers a test for each migration of a folder, named after its file, and one for each check of
 * the folder as a whole: see {@link verifyMigrations}. The tests share one database and one run of
 * the verification, and each waits for its result.
 *
 * @param options As for `verifyMigrations`; the folder is read when the tests are collected.
 *
 * @example
 * ```ts
 * import { testMigrations } from 'driftpin/workbench/vitest'
 *
 * testMigrations({ migrations: './db/migrations' })
 * ```
 */
export function testMigrations(options: VerifyOptions = {}): void {
  describe('migrations', async () => {
    const { migrations } = await readVerifyInput(options)
    const steps = new Map(migrations.map(({ version }) => [version, waiting<VerifiedMigration>()]))
    let running: Promise<VerifyReport> | undefined
    const run = () => {
      running ??= verifyMigrations({
        ...options,
        migrations: typeof options.migrations === 'string' ? options.migrations : migrations,
        onStep: (step) => {
          steps.get(step.version)?.resolve(step)
          options.onStep?.(step)
        },
      })
      return running
    }
    for (const { version, up } of migrations) {
      test(up.file, { timeout: timeoutMs }, async () => {
        // The run ends without this step if an earlier migration fails.
        const step = await Promise.race([steps.get(version)!.promise, run().then(() => undefined)])
        if (!step) throw failure('It was not checked, because an earlier migration failed.')
        assertNone(step.findings)
      })
    }
    for (const check of wholeChecks) {
      test(check, { timeout: timeoutMs }, async () => {
        const { findings, migrations: reached } = await run()
        if (reached.length < migrations.length) throw failure('A migration before it failed.')
        assertNone(findings.filter((finding) => finding.check === check))
      })
    }
    // A down may succeed at its own version and fail with the rows of later versions.
    test('all downs with all rows', { timeout: timeoutMs }, async () => {
      const { findings, migrations: reached } = await run()
      if (reached.length < migrations.length) throw failure('A migration before it failed.')
      const known = new Set(reached.flatMap((step) => step.findings))
      const isWhole = ({ check }: VerifyFinding) => wholeChecks.some((one) => one === check)
      assertNone(findings.filter((finding) => !known.has(finding) && !isWhole(finding)))
    })
  })
}

function assertNone(findings: readonly VerifyFinding[]): void {
  if (findings.length > 0) throw failure(findings.map(renderFinding).join('\n\n'), findings)
}

const failure = (message: string, cause: unknown = {}) =>
  new DriftpinError('migration_unproven', message, cause)

function waiting<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
