import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { isRunning, projectDirectory } from '../pglite/index.js'

/**
 * What a harness has done. Printed with `DRIFTPIN_STATS=1`.
 *
 * @example
 * ```ts
 * const count = ({ forks, rewindMs }: HarnessStatistics) => forks + rewindMs.length
 * await using harness = await openHarness()
 * console.log(count(harness.statistics))
 * ```
 */
export interface HarnessStatistics {
  /** Images that were created because the cache had none. */
  imagesBuilt: number
  /** Images that came from the cache. */
  imagesReused: number
  /** Databases that were created. */
  forks: number
  /** The duration of each rewind in milliseconds, in order. */
  readonly rewindMs: number[]
  /** Bytes that rewinds copied back. */
  bytesCopied: number
  /** How often an instance could not be rewound and was replaced, by reason. */
  readonly replaced: Record<string, number>
  /** How often a database was started from its files because no image could be used, by reason. */
  readonly fallbacks: Record<string, number>
}

export function createStatistics(): HarnessStatistics {
  return {
    imagesBuilt: 0,
    imagesReused: 0,
    forks: 0,
    rewindMs: [],
    bytesCopied: 0,
    replaced: {},
    fallbacks: {},
  }
}

/** Adds up the statistics of several harnesses, or of several processes. */
export function addStatistics(all: readonly HarnessStatistics[]): HarnessStatistics {
  const sum = createStatistics()
  for (const one of all) {
    sum.imagesBuilt += one.imagesBuilt
    sum.imagesReused += one.imagesReused
    sum.forks += one.forks
    sum.bytesCopied += one.bytesCopied
    for (const ms of one.rewindMs) sum.rewindMs.push(ms)
    for (const name of ['replaced', 'fallbacks'] as const) {
      for (const [reason, times] of Object.entries(one[name])) {
        sum[name][reason] = (sum[name][reason] ?? 0) + times
      }
    }
  }
  return sum
}

/** Prints statistics as a table. */
export function renderStatistics(statistics: HarnessStatistics): string {
  const { rewindMs, imagesBuilt, imagesReused, forks, bytesCopied } = statistics
  const sorted = rewindMs.toSorted((one, other) => one - other)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  const ms = (value: number | undefined) => (value === undefined ? '-' : `${value.toFixed(2)} ms`)
  const reasons = (counts: Record<string, number>) =>
    Object.entries(counts).map(([reason, times]) => [`  ${reason}`, String(times)] as const)
  const total = (counts: Record<string, number>) =>
    String(Object.values(counts).reduce((sum, times) => sum + times, 0))
  const rows: (readonly [string, string])[] = [
    ['images built', String(imagesBuilt)],
    ['images reused', String(imagesReused)],
    ['forks', String(forks)],
    ['rewinds', String(rewindMs.length)],
    ['  p50', ms(at(0.5))],
    ['  p95', ms(at(0.95))],
    ['  max', ms(sorted.at(-1))],
    ['bytes copied', `${(bytesCopied / 1e6).toFixed(1)} MB`],
    ['instances replaced', total(statistics.replaced)],
    ...reasons(statistics.replaced),
    ['fallbacks', total(statistics.fallbacks)],
    ...reasons(statistics.fallbacks),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return ['driftpin', ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join(
    '\n',
  )
}

/** Set by the reporter: workers leave their statistics to it instead of printing them. */
export const collectorVariable = 'DRIFTPIN_STATS_COLLECTOR'

const directory = () => join(projectDirectory(), '.driftpin', 'stats')

/** All workers of a run have the same parent process, unless they are threads of one process. */
const runOfWorker = (): number => (isMainThread ? process.ppid : process.pid)

/**
 * Creates the function with which a worker reports its statistics, as often as it is called. With
 * `DRIFTPIN_STATS=1` it prints them, or leaves them to the reporter of the run, which prints one
 * table for all workers.
 */
export function createReport(statistics: HarnessStatistics): () => Promise<void> {
  const worker = randomUUID()
  return async () => {
    if (process.env.DRIFTPIN_STATS !== '1') return
    const run = runOfWorker()
    if (process.env[collectorVariable] !== String(run)) {
      console.error(`\n${renderStatistics(statistics)}`)
      return
    }
    mkdirSync(directory(), { recursive: true })
    // A worker that runs several files continues its counts, so this replaces its earlier report.
    writeFileSync(join(directory(), `${run}-${worker}.json`), JSON.stringify(statistics))
  }
}

/**
 * Adds up and removes the reports of a run's workers, and removes those of runs that have ended.
 */
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
    // The folder does not exist, or another run has not ended.
  }
  return addStatistics(all)
}
