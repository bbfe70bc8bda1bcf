import type { EmbeddedTestDatabase } from '../../src/harness/index.ts'
import { type Harness, openHarness } from '../../src/harness/index.ts'
import { median, timeMs } from '../measured.ts'
import { rounds } from './rounds.ts'
import { assertCount, assertUntouched, readTables, writeAndDefine } from './work.ts'

export interface Rewinds {
  readonly afterWritesMs: readonly number[]
  readonly afterReadsMs: readonly number[]
  readonly forkMs: readonly number[]
}

/** The first harness makes the image that everything after it begins with. */
export async function measureRewinds(cacheDirectory: string): Promise<Rewinds> {
  await using harness = await openHarness({ cacheDirectory })
  const db = await harness.createDatabase()
  const afterWritesMs = await rewindAfter(db, (round) => writeAndDefine(db, round))
  const afterReadsMs = await rewindAfter(db, () => readTables(db))
  const { replaced, fallbacks } = harness.statistics
  const reasons = Object.keys({ ...replaced, ...fallbacks })
  if (reasons.length > 0) throw new Error(`These were no rewinds: ${reasons.join(', ')}.`)
  return { afterWritesMs, afterReadsMs, forkMs: await measureForks(harness) }
}

async function rewindAfter(
  db: EmbeddedTestDatabase,
  work: (round: number) => Promise<void>,
): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds.warmUps + rounds.rewinds; round++) {
    await work(round)
    const ms = await timeMs(() => db.rewind())
    await assertUntouched(db)
    if (round >= rounds.warmUps) times.push(ms)
  }
  return times
}

/** They stay open until the end: one that was closed would be handed out again. */
async function measureForks(harness: Harness): Promise<number[]> {
  const times: number[] = []
  const open: EmbeddedTestDatabase[] = []
  for (let round = 0; round <= rounds.forks; round++) {
    const ms = await timeMs(async () => open.push(await harness.createDatabase()))
    await assertCount(open.at(-1)!, 0)
    if (round > 0) times.push(ms)
  }
  for (const db of open) await db.close()
  return times
}

/** The value that so large a part of all values does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  if (part === 0.5) return median(values)
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!
}
