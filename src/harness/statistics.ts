import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * What a harness has done. Printed with `DRIFTPIN_STATS=1`.
 *
 * @example
 * ```ts
 * const count = ({ databases, rewindMs }: HarnessStatistics) => databases + rewindMs.length
 * await using harness = await openHarness()
 * console.log(count(harness.statistics))
 * ```
 */
export interface HarnessStatistics {
  /** Images that were created because the cache had none. */
  imagesBuilt: number
  /** Images that came from the cache. */
  imagesReused: number
  /** Databases that were created, and instances that were replaced. */
  databases: number
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
    databases: 0,
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
    sum.databases += one.databases
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
  const { rewindMs, imagesBuilt, imagesReused, databases, bytesCopied } = statistics
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
    ['databases', String(databases)],
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

/** The folder in which workers leave their statistics for the reporter instead of printing them. */
export const folderVariable = 'DRIFTPIN_STATS_FOLDER'

/**
 * Creates the function with which a worker reports its statistics, as often as it is called. With
 * `DRIFTPIN_STATS=1` it prints them, or leaves them to the reporter of the run, which prints one
 * table for all workers.
 */
export function createReport(statistics: HarnessStatistics): () => Promise<void> {
  const worker = randomUUID()
  return async () => {
    if (process.env.DRIFTPIN_STATS !== '1') return
    const folder = process.env[folderVariable]
    // A worker that runs several files continues its counts, so this replaces its earlier report.
    if (folder) await writeFile(join(folder, `${worker}.json`), JSON.stringify(statistics))
    else console.error(`\n${renderStatistics(statistics)}`)
  }
}
