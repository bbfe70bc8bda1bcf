import type { Database } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { findLedgers } from '../../migrations/index.js'
import type { RenumberPlan } from './plan-renumber.js'

/**
 * Refuses a renumbering when a database has had one of the migrations that it would change, by any
 * ledger in any schema: that database would fit neither branch any more.
 *
 * @param options.ledger The only name of a ledger that counts; whatever has its columns by default.
 * @throws DriftpinError `migration_applied`, with the migrations.
 */
export async function assertNotApplied(
  database: Database,
  { changed }: Pick<RenumberPlan, 'changed'>,
  options: { readonly ledger?: string } = {},
): Promise<void> {
  const ledgers = await findLedgers(database)
  for (const ledger of ledgers) {
    if (options.ledger !== undefined && ledger.table !== options.ledger) continue
    const entries = await ledger.read(database)
    const had = changed.filter(({ version, name }) =>
      entries.some((entry) => entry.version === version && entry.name === name),
    )
    if (had.length === 0) continue
    const first = Math.min(...had.map(({ version }) => version))
    const before = entries.filter(({ version }) => version < first).at(-1)?.version ?? 0
    const names = had.map(({ version, name }) => `${version} (${name})`).join(', ')
    throw new DriftpinError(
      'migration_applied',
      `This database has had ${names}, which would change, by the ledger ${ledger.name}. Take it ` +
        `back there first, with driftpin migrate to ${before}, or leave the number as it is. ` +
        'Nothing was renumbered.',
      { had, ledger: ledger.name },
    )
  }
}
