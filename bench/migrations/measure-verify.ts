import { PGlite } from '@electric-sql/pglite'
import { verifyMigrations } from '../../src/workbench/verify/verify-migrations.ts'
import { timeMs } from '../measured.ts'
import type { MigrationSet } from './create-set.ts'
import { rounds } from './rounds.ts'

export interface Verified {
  readonly verifyMs: number
  /** Of all steps, from those that were tried. */
  readonly freshMs: number
}

/** Verifies a set, and does a sample of its steps on a fresh PGlite each. */
export async function measureVerify({ migrations, fixtures }: MigrationSet): Promise<Verified> {
  const started = performance.now()
  const { ok, findings } = await verifyMigrations({ migrations, fixtures })
  const verifyMs = performance.now() - started
  if (!ok) throw new Error(`The set does not hold: ${findings[0]!.file} ${findings[0]!.message}`)
  let sampledMs = 0
  for (let sample = 0; sample < rounds.freshSteps; sample++) {
    // In the middle of as many equal parts of the set, since a step costs more the later it is.
    const index = Math.floor(((sample + 0.5) / rounds.freshSteps) * migrations.length)
    sampledMs += await timeMs(() => verifyOnFresh({ migrations, fixtures }, index))
  }
  return { verifyMs, freshMs: (sampledMs / rounds.freshSteps) * migrations.length }
}

/** The same statements for one step, and no comparing, which would only take longer. */
async function verifyOnFresh({ migrations, fixtures }: MigrationSet, index: number) {
  const pglite = await PGlite.create()
  const before = migrations.slice(0, index).map(({ up }, at) => `${up.text}\n${fixtures[at]!.text}`)
  await pglite.exec(before.join('\n'))
  const { up, down } = migrations[index]!
  for (const text of [up.text, fixtures[index]!.text, down!.text, up.text]) await pglite.exec(text)
  await pglite.close()
}
