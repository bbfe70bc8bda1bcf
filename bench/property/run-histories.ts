import type { Environment } from '../../src/laws/environment.ts'
import type { HistorySetting } from '../../src/laws/history-run.ts'
import { ownOperations } from '../../src/laws/own-operations.ts'
import { runHistory } from '../../src/laws/run-history.ts'
import type { Migration } from '../../src/migrations/migration.ts'
import type { FixedHistory } from './create-histories.ts'

/** What one history took, or some together. */
export interface Times {
  /** Commands that were done: those that found nothing to do are not. */
  readonly commands: number
  readonly ms: number
  /** Of it, to have a database in which no other history has happened. */
  readonly isolationMs: number
}

/** Runs histories one after the other; what the first of them took is left out. */
export async function runHistories(
  environment: Environment,
  migrations: readonly Migration[],
  { warmUps, timed }: Record<'warmUps' | 'timed', readonly FixedHistory[]>,
): Promise<Times[]> {
  const setting: HistorySetting = {
    ...{ environment, migrations, operations: ownOperations },
    coverage: new Map(),
    counts: { commands: 0, laws: 0 },
  }
  const times: Times[] = []
  // A law that is broken is thrown, and ends the bench.
  for (const history of [...warmUps, ...timed]) {
    const { commands } = setting.counts
    const started = performance.now()
    let isolationMs = 0
    const onBegin = () => {
      isolationMs = performance.now() - started
    }
    const { error } = await runHistory(setting, history, { onBegin })
    if (error !== undefined) throw error
    const ms = performance.now() - started
    times.push({ commands: setting.counts.commands - commands, ms, isolationMs })
  }
  return times.slice(warmUps.length)
}

export function sumOf(times: readonly Times[]): Times {
  const sum = (field: keyof Times) => times.reduce((total, one) => total + one[field], 0)
  return { commands: sum('commands'), ms: sum('ms'), isolationMs: sum('isolationMs') }
}
