import { openHarness } from '../../src/harness/index.ts'
import { openWorkplace } from '../harness/open-workplace.ts'
import { runChild } from '../harness/run-child.ts'
import { median } from '../measured.ts'
import { rounds } from './rounds.ts'

/** From the start of a process to its first query on a database with our migrations. */
export async function measureFirstQuery(): Promise<number> {
  await using workplace = await openWorkplace()
  const { dist, cacheDirectory } = workplace
  await (await openHarness({ cacheDirectory })).close()
  const times: number[] = []
  for (let round = 0; round < rounds.boots; round++) {
    const { firstMs } = await runChild('boot-from-image', [dist, cacheDirectory])
    times.push(firstMs)
  }
  return median(times)
}
