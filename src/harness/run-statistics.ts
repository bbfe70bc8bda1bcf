import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { isRunning, projectDirectory } from '../pglite/index.js'
import { addStatistics, type HarnessStatistics, renderStatistics } from './statistics.js'

/** Set by the reporter, so that workers know that somebody prints for all of them. */
export const collectorVariable = 'DRIFTPIN_STATS_COLLECTOR'

const directory = () => join(projectDirectory(), '.driftpin', 'stats')

/** All workers of a run have the same parent, unless they are threads of one process. */
const runOfWorker = (): number => (isMainThread ? process.ppid : process.pid)

/** What a worker tells of itself, as often as it is asked to. */
export function createReport(statistics: HarnessStatistics): () => Promise<void> {
  const worker = randomUUID()
  return async () => writeStatistics(statistics, { run: runOfWorker(), worker })
}

/**
 * With `DRIFTPIN_STATS=1`, prints what a worker did so far, or leaves it for the reporter of the
 * run, which prints one table for all workers.
 */
function writeStatistics(
  statistics: HarnessStatistics,
  { run, worker }: { readonly run: number; readonly worker: string },
): void {
  if (process.env.DRIFTPIN_STATS !== '1') return
  if (process.env[collectorVariable] !== String(run)) {
    console.error(`\n${renderStatistics(statistics)}`)
    return
  }
  mkdirSync(directory(), { recursive: true })
  // A worker that runs several files counts on, so that what it said before is replaced.
  writeFileSync(join(directory(), `${run}-${worker}.json`), JSON.stringify(statistics))
}

/** Takes what the workers of a run left, and removes what runs that ended left behind. */
export function collectStatistics(run: number): HarnessStatistics {
  let names: string[]
  try {
    names = readdirSync(directory())
  } catch {
    names = []
  }
  const own = names.filter((name) => name.startsWith(`${run}-`))
  const all = own.map(
    (name): HarnessStatistics => JSON.parse(readFileSync(join(directory(), name), 'utf8')),
  )
  const isOver = (name: string) => own.includes(name) || !isRunning(Number.parseInt(name, 10))
  for (const name of names.filter(isOver)) rmSync(join(directory(), name), { force: true })
  try {
    rmdirSync(directory())
  } catch {
    // It is not there, or another run is not over.
  }
  return addStatistics(all)
}
