import { ms } from '../harness/render-table.ts'
import { isReduced } from '../harness/rounds.ts'
import type { Measured } from '../measured.ts'
import { createSet } from './create-set.ts'
import { measureApply } from './measure-apply.ts'
import { measureFirstQuery } from './measure-first-query.ts'
import { measureVerify } from './measure-verify.ts'
import { rounds } from './rounds.ts'

/** Measures applying and verifying many migrations on the embedded engine. */
export async function benchMigrations(): Promise<Measured> {
  const set = createSet(rounds.migrations)
  const firstQueryMigratedMs = await measureFirstQuery()
  const applied = await measureApply(set)
  const verified = await measureVerify(set)
  return {
    versions: {},
    notes: [
      ...(isReduced ? ['a reduced run, to see that it works: quote nothing of it'] : []),
      `${rounds.migrations} generated migrations: tables, columns, types, indexes, keys, functions`,
      `applied: ${ms(applied.migratorMs)} by the migrator, a transaction and a row of the ledger` +
        ` each, against ${ms(applied.scriptMs)} as one script in one transaction; medians of` +
        ` ${rounds.applies} on a fresh PGlite each, without its start`,
      `verified: ${ms(verified.verifyMs)}; with a fresh PGlite for each step it would be` +
        ` ${ms(verified.freshMs)}, from ${rounds.freshSteps} steps spread over the set, which ran` +
        ' all before them as one script and compared nothing',
      `first query on our own migrations: median of ${rounds.boots} new processes, from the image`,
    ],
    figures: { verify525Seconds: verified.verifyMs / 1000, firstQueryMigratedMs },
    ratios: {
      apply525VsOneScript: applied.migratorMs / applied.scriptMs,
      verifyVsFreshPerStep: verified.verifyMs / verified.freshMs,
    },
  }
}
