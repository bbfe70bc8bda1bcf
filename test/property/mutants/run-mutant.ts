import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkHistories, renderFailure } from '../../../src/laws/index.js'
import { ordinaryRun } from '../ordinary-run.js'
import type { Mutant } from './mutant.js'

/** What became of a mutant. */
export interface MutantOutcome {
  readonly name: string
  /** The first law that was found broken; null for a mutant that survived. */
  readonly law: { readonly number: number; readonly name: string } | null
  readonly caught: boolean
  /** How many histories it took, or how many it survived. */
  readonly runs: number
}

/**
 * Runs the histories of the ordinary run against a mutant, up to the first that breaks a law.
 *
 * @throws Error when something else goes wrong than a law.
 */
export async function runMutant({ name, plant }: Mutant): Promise<MutantOutcome> {
  const evidence = await mkdtemp(join(tmpdir(), 'driftpin-mutant-'))
  try {
    const report = await checkHistories({ ...ordinaryRun, ...plant(), shrinksMax: 0, evidence })
    const { runs, failure } = report
    if (!failure) return { name, law: null, caught: false, runs }
    if (!failure.law) throw new Error(`${name}\n\n${renderFailure(failure)}`)
    const { law } = failure
    return { name, law: { number: law.number, name: law.name }, caught: true, runs: runs + 1 }
  } finally {
    await rm(evidence, { recursive: true, force: true })
  }
}
