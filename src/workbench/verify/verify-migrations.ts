import { describeCatalog, describeDatabase } from '../../catalog/index.js'
import { quoteLiteral } from '../../database/index.js'
import { type DatabaseMark, type EmbeddedTestDatabase, openHarness } from '../../harness/index.js'
import type { Migration, MigrationScript } from '../../migrations/index.js'
import { type ApplyScript, createApplyScript } from './apply-script.js'
import { readVerifyInput, reasonFor, type VerifyInput, type VerifySource } from './verify-input.js'
import { verifyKeyOrder } from './verify-key-order.js'
import type { VerifiedMigration, VerifyFinding, VerifyReport } from './verify-report.js'
import { type StepOutcome, type VerifiedState, verifyStep } from './verify-step.js'
import {
  type FilledTable,
  findWhole,
  listTables,
  verifyFreshInstall,
  verifyNothingLeft,
  type WholeState,
} from './verify-whole.js'

/**
 * Options of {@link verifyMigrations}.
 *
 * @example
 * ```ts
 * const options: VerifyOptions = { migrations: './db/migrations' }
 * const { ok } = await verifyMigrations(options)
 * ```
 */
export interface VerifyOptions extends VerifySource {
  /** Called after each migration. */
  readonly onStep?: (step: VerifiedMigration) => void
}

/**
 * Verifies a folder of migrations on an embedded database, one version at a time, with the rows of
 * its fixture in the tables:
 *
 * - every up, every down, and the up again after the down succeed;
 * - after a down, the catalog and the existing rows are as before the up, except in tables and
 *   columns that the migration creates again;
 * - deletions do the same if the foreign keys exist in the reverse order, as in a restored dump;
 * - all downs in sequence, with all rows in the tables, leave nothing: no table, type, function,
 *   sequence, extension, schema or role;
 * - a fresh install equals the result of the single steps, and running it again changes nothing;
 * - every table has a row at the end, if there are fixtures.
 *
 * In a folder without down files only the ups are verified. A failed check is a finding in the
 * report and is not thrown. Rows that an up rewrites in a table that it names are only a note.
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
  await using db = await harness.createDatabase()
  await loadModules(db, Object.keys(input.extensions))
  const apply = await createApplyScript(db, scriptsOf(input))
  const facts = await describeDatabase(db)
  const beginning = { facts, catalog: await describeCatalog(db), mark: await db.mark() }
  const verified: VerifiedMigration[] = []
  let current: VerifiedState | undefined = beginning
  for (const migration of input.migrations) {
    const began = performance.now()
    const fixtures = input.scripts.get(migration.version) ?? []
    const outcome: StepOutcome = await verifyStep({ db, apply }, current, { migration, fixtures })
    current = outcome.after
    const judged = judge(migration, outcome, input)
    const step = { ...judged, durationMs: performance.now() - began }
    verified.push(step)
    options.onStep?.(step)
    if (!current) break
  }
  const whole = current
    ? await verifyWhole(db, input, { apply, base: beginning, mark: current.mark, verified })
    : { findings: [], unproven: [], notes: notReached(input, verified) }
  const findings = [...verified.flatMap((step) => step.findings), ...whole.findings]
  const durationMs = performance.now() - started
  return { ...whole, ok: findings.length === 0, migrations: verified, findings, durationMs }
}

const scriptsOf = ({ migrations, scripts }: VerifyInput): MigrationScript[] => [
  ...migrations.flatMap(({ up, down }) => (down ? [up, down] : [up])),
  ...[...scripts.values()].flat(),
]

/**
 * Loads the modules of extensions before the first mark: an instance that loads a module later
 * cannot be rewound, only replaced. Most extensions have no module, or one with their own name.
 */
async function loadModules(db: EmbeddedTestDatabase, extensions: readonly string[]): Promise<void> {
  for (const name of extensions.flatMap((one) => [one, one.replaceAll('_', '-')])) {
    await db.script(`LOAD ${quoteLiteral(`$libdir/${name}`)}`).catch(() => {})
  }
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
    notes,
  }
}

/** What the single steps need and leave for the whole. */
interface Stepped {
  readonly apply: ApplyScript
  readonly base: WholeState
  /** The state after the last migration. */
  readonly mark: DatabaseMark
  readonly verified: readonly VerifiedMigration[]
}

async function verifyWhole(
  db: EmbeddedTestDatabase,
  input: VerifyInput,
  { apply, base, mark, verified }: Stepped,
): Promise<Pick<VerifyReport, 'findings' | 'unproven' | 'notes'>> {
  const { migrations, hasFixtures } = input
  const foundIn = ({ version }: Migration) => {
    const { findings, exempted } = verified.find((step) => step.version === version)!
    return [...findings, ...exempted]
  }
  const stepped = { mark, facts: await describeDatabase(db) }
  const tables = judgeTables(await listTables(db), input)
  const order = await verifyKeyOrder(db, [...input.scripts.values()].flat())
  await db.rewind(mark)
  const exempt = new Set(migrations.filter((migration) => reasonFor(input.exempt, migration)))
  const known = new Set(migrations.filter((one) => foundIn(one).some(isOfDown)))
  const left = await verifyNothingLeft(db, migrations, { apply, base, known, exempt })
  const fresh = await verifyFreshInstall(db, migrations, { base, stepped })
  const needless = [...exempt].filter((one) => foundIn(one).length === 0 && one !== left.needing)
  return {
    findings: [...tables.findings, ...order.findings, ...left.findings, ...fresh],
    unproven: hasFixtures ? [] : tables.empty,
    notes: [
      ...tables.notes,
      ...order.notes,
      ...left.notes,
      ...needless.map(
        ({ up }) => `${up.file} is exempt, but its down holds. Remove the exemption.`,
      ),
    ],
  }
}

const isOfDown = ({ check }: VerifyFinding) => check === 'down'

function judgeTables(
  all: readonly FilledTable[],
  { exempt, hasFixtures }: VerifyInput,
): { empty: string[]; findings: VerifyFinding[]; notes: string[] } {
  const names = Object.keys(exempt.tables ?? {})
  const isNamed = ({ schema, name, quoted }: FilledTable, key: string) =>
    key === quoted || key === `${schema}.${name}` || (key === name && schema === 'public')
  const left = all.filter((table) => table.isEmpty && !names.some((key) => isNamed(table, key)))
  const check = 'rows in every table'
  const findings = names
    .filter((key) => !all.some((table) => isNamed(table, key)))
    .map((key) => findWhole(check, `The table ${key} is exempt, but no table has that name.`))
  if (hasFixtures && left.length > 0) {
    const message =
      'These tables have no rows, so nothing was verified for them. Add rows to the fixtures of ' +
      'the migrations that create them, or exempt the tables with a reason.'
    const quoted = left.map((table) => table.quoted)
    findings.push(findWhole(check, message, quoted))
  }
  const needless = names.filter((key) => all.some((one) => !one.isEmpty && isNamed(one, key)))
  return {
    empty: left.map((table) => table.quoted),
    findings,
    notes: needless.map((key) => `The table ${key} is exempt, but has rows. Remove the exemption.`),
  }
}

function notReached(
  { migrations }: VerifyInput,
  verified: readonly VerifiedMigration[],
): readonly string[] {
  const count = migrations.length - verified.length
  return count > 0 ? [`${count} later migrations and the folder as a whole were not verified`] : []
}
