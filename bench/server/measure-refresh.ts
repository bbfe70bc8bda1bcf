import { createChat, limits, push, refresh } from '../../src/index.ts'
import { makeAgent } from '../../test/context/make-agent.ts'
import { makeFiles } from '../make-files.ts'
import { median, timeMs } from '../measured.ts'
import type { BenchDatabase } from './open-bench-server.ts'
import { walBytes } from './open-bench-server.ts'
import { rounds } from './rounds.ts'

/** A refresh of one chat with 1000 pins of 1 KiB. */
export interface Refreshes {
  readonly onePercentMs: number
  readonly onePercentWalBytes: number
  /** Pins that were written, of 1000. */
  readonly onePercentRows: number
  readonly allMs: number
  readonly allWalBytes: number
}

const bodyBytes = 1024

export async function measureRefresh({ database }: BenchDatabase): Promise<Refreshes> {
  const count = limits.resourcesMax
  const one = { ms: [] as number[], wal: [] as number[], rows: [] as number[] }
  const all = { ms: [] as number[], wal: [] as number[] }
  const { agentId, ownerId } = await makeAgent(database)
  let resources = makeFiles(count, count * bodyBytes)
  let version = 1
  await push(database, { agentId, version, resources })
  const { chat } = await createChat(database, { ownerId, agentId })
  const refreshed = async (changed: number) => {
    const fresh = makeFiles(changed, changed * bodyBytes)
    resources = resources.map((old, place) =>
      place < changed ? { ...fresh[place]!, source: old.source } : old,
    )
    version += 1
    await push(database, { agentId, version, resources })
    let [ms, rows] = [0, 0]
    const wal = await walBytes(database, async () => {
      ms = await timeMs(async () => {
        const { added, replaced, removed } = await refresh(database, { chatId: chat.id })
        rows = added + replaced + removed
      })
    })
    return { ms, rows, wal }
  }
  for (let round = 0; round <= rounds.refreshes; round++) {
    const small = await refreshed(count / 100)
    const whole = await refreshed(count)
    if (whole.rows !== count) throw new Error(`Of ${count} pins ${whole.rows} were written.`)
    if (round === 0) continue
    one.ms.push(small.ms)
    one.wal.push(small.wal)
    one.rows.push(small.rows)
    all.ms.push(whole.ms)
    all.wal.push(whole.wal)
  }
  return {
    onePercentMs: median(one.ms),
    onePercentWalBytes: median(one.wal),
    onePercentRows: median(one.rows),
    allMs: median(all.ms),
    allWalBytes: median(all.wal),
  }
}
