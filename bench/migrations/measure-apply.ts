import { PGlite } from '@electric-sql/pglite'
import { createMigrator, fromPGlite } from '../../src/index.ts'
import { median, timeMs } from '../measured.ts'
import type { MigrationSet } from './create-set.ts'
import { rounds } from './rounds.ts'

/** What it takes to apply a set on an empty PGlite that has started. */
export interface Applied {
  readonly migratorMs: number
  readonly scriptMs: number
}

/** The two ways take turns, so that a busy moment of the machine does not hit one alone. */
export async function measureApply({ migrations }: MigrationSet): Promise<Applied> {
  const script = migrations.map(({ up }) => up.text).join('\n')
  const ways = {
    migrator: (pglite: PGlite) => createMigrator(fromPGlite(pglite), { migrations }).up(),
    script: (pglite: PGlite) => pglite.exec(script),
  }
  const times = { migrator: [] as number[], script: [] as number[] }
  const found = new Set<number>()
  for (let round = 0; round < rounds.applies; round++) {
    for (const way of ['migrator', 'script'] as const) {
      const pglite = await PGlite.create()
      await pglite.query('SELECT 1')
      times[way].push(await timeMs(() => ways[way](pglite)))
      const { rows } = await pglite.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_class WHERE relname LIKE 'item%'",
      )
      found.add(rows[0]!.n)
      await pglite.close()
    }
  }
  if (found.size !== 1) throw new Error(`The databases are not alike: ${[...found].join(', ')}.`)
  return { migratorMs: median(times.migrator), scriptMs: median(times.script) }
}
