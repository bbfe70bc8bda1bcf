import { describeCatalog } from '../../harness/catalog-state.js'
import { describeDatabase } from '../../harness/digest.js'
import { openHarness } from '../../harness/open-harness.js'
import type { TestDatabase } from '../../harness/test-database.js'
import type { Migration } from '../../migrations/migration.js'
import { reasonFor } from './read-fixtures.js'
import { readVerifyInput, type VerifyInput, type VerifySource } from './read-verify-input.js'
import type { VerifiedMigration, VerifyFinding, VerifyReport } from './verify-report.js'
import { type Standing, type StepOutcome, verifyStep } from './verify-step.js'
import {
  emptyTables,
  findWhole,
  type Stepped,
  verifyFreshInstall,
  verifyNothingLeft,
} from './verify-whole.js'

/** What {@link verifyMigrations} can be told. */
export interface VerifyOptions extends VerifySource {
  /** Called after each migration, while the work goes on. */
  readonly onStep?: (step: VerifiedMigration) => void
}

/**
 * Proves a folder of migrations on an embedded database, one version at a time, with the rows of
 * its fixture in the tables:
 *
 * - every up, every down, and the up again after the down;
 * - after a down the catalog is what it was before the up, and so are the rows that were there,
 *   in every table and column that the migration did not make anew;
 * - all downs one after the other with all rows there leave nothing behind: no table, type,
 *   function, sequence, extension, schema or role;
 * - a fresh install is what the steps made, and to run it again changes nothing;
 * - every table has a row in the end, if there are fixtures.
 *
 * A folder without down files is verified upwards. Nothing is thrown for what does not hold: it is
 * in the report. Rows that an up rewrites in a table that it names are a note and no finding.
 *
 * @throws DriftpinError for what cannot be read: `migrations_unreadable`, `migration_invalid`,
 * `migration_duplicate`, `migration_incomplete`.
 *
 * @example
 * ```ts
 * const { ok, findings } = await verifyMigrations({ migrations: './db/migrations' })
 * for (const { file, message } of findings) console.error(file, message)
 * ```
 */
export async function verifyMigrations(options: VerifyOptions = {}): Promise<VerifyReport> {
  const started = performance.now()
  const input = await readVerifyInput(options)
  await using harness = await openHarness({ migrations: false, extensions: input.extensions })
  await using db = await harness.fork()
  const base = await describeDatabase(db)
  const beginning: Standing = { catalog: await describeCatalog(db), mark: await db.mark() }
  const verified: VerifiedMigration[] = []
  const failing = new Set<Migration>()
  let standing: Standing | undefined = beginning
  for (const migration of input.migrations) {
    const began = performance.now()
    const fixtures = input.scripts.get(migration.version) ?? []
    const outcome: StepOutcome = await verifyStep(db, standing, { migration, fixtures })
    standing = outcome.after
    const judged = judge(migration, outcome, input)
    if (outcome.findings.some(({ check }) => check === 'down')) failing.add(migration)
    const step = { ...judged, durationMs: performance.now() - began }
    verified.push(step)
    options.onStep?.(step)
    if (!standing) break
  }
  const whole = standing
    ? await verifyWhole(db, input, { beginning, standing, base, failing })
    : { findings: [], unproven: [], notes: notReached(input, verified) }
  const findings = [...verified.flatMap((step) => step.findings), ...whole.findings]
  const durationMs = performance.now() - started
  return { ...whole, ok: findings.length === 0, migrations: verified, findings, durationMs }
}

function judge(
  migration: Migration,
  { findings: found, notes, after }: StepOutcome,
  { exempt }: VerifyInput,
): Omit<VerifiedMigration, 'durationMs'> {
  const { version, name, up, down } = migration
  const reason = reasonFor(exempt, migration)
  const isExempt = ({ check }: VerifyFinding) =>
    reason !== undefined && check !== 'up' && check !== 'fixture'
  const [exempted, findings] = [found.filter(isExempt), found.filter((one) => !isExempt(one))]
  const isNeedless = reason !== undefined && found.length === 0
  const needless = `${up.file} is exempt (${reason}) and needs it no more: its down holds`
  const fine = exempted.length > 0 ? 'exempt' : down ? 'verified' : 'up only'
  return {
    version,
    name,
    file: up.file,
    outcome: findings.length > 0 ? 'failed' : fine,
    rows: after?.catalog.liveRows ?? 0,
    findings,
    exempted,
    reason: exempted.length > 0 ? reason : undefined,
    notes: isNeedless ? [...notes, needless] : notes,
  }
}

interface Ways {
  readonly beginning: Standing
  readonly standing: Standing
  readonly base: Stepped['digest']
  readonly failing: ReadonlySet<Migration>
}

async function verifyWhole(
  db: TestDatabase,
  input: VerifyInput,
  { beginning, standing, base, failing }: Ways,
): Promise<Pick<VerifyReport, 'findings' | 'unproven' | 'notes'>> {
  const { migrations, hasFixtures } = input
  const stepped: Stepped = { mark: standing.mark, digest: await describeDatabase(db) }
  const tables = judgeTables(await emptyTables(db), input)
  const left = await verifyNothingLeft(db, migrations, { base, known: failing })
  const fresh = await verifyFreshInstall(db, migrations, { base: beginning.mark, stepped })
  return {
    findings: [...tables.findings, ...left.findings, ...fresh],
    unproven: hasFixtures ? [] : tables.empty,
    notes: [...tables.notes, ...left.notes],
  }
}

function judgeTables(
  empty: readonly string[],
  { exempt: { tables = {} }, hasFixtures }: VerifyInput,
): { empty: string[]; findings: VerifyFinding[]; notes: string[] } {
  const isNamed = (table: string, name: string) => table === name || table === `public.${name}`
  const isExempt = (table: string) => Object.keys(tables).some((name) => isNamed(table, name))
  const left = empty.filter((table) => !isExempt(table))
  const needless = Object.keys(tables).filter((name) => !empty.some((one) => isNamed(one, name)))
  const message =
    'Tables without a row in the end, so that nothing was proven for them. Add rows to the ' +
    'fixtures of the migrations that make them, or exempt them with a reason.'
  const isFound = hasFixtures && left.length > 0
  const findings = isFound ? [findWhole('rows in every table', message, left)] : []
  return {
    empty: left,
    findings,
    notes: needless.map((name) => `The table ${name} is exempt and needs it not: it has rows.`),
  }
}

function notReached(
  { migrations }: VerifyInput,
  verified: readonly VerifiedMigration[],
): readonly string[] {
  const count = migrations.length - verified.length
  return count > 0 ? [`${count} later migrations and the folder as a whole were not reached`] : []
}
